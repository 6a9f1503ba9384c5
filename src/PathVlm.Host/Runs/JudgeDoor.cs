using PathVlm.Host.Presentation;
using PathVlm.MLNet.Judging.Canaries;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.Host.Runs;

/// <summary>What can be known of a judge before anything is trained that needs it.</summary>
internal static class JudgeDoor
{
    /// <summary>Opens a panel, and with it its record.</summary>
    /// <exception cref="UserMistakeException">The record cannot be opened for writing.</exception>
    internal static ReviewPanel Open(IProcessJudge judge, ReviewPanelOptions options)
    {
        try
        {
            return new ReviewPanel(judge, options);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException && options.RecordFile is not null)
        {
            throw new UserMistakeException($"the record of reviews [{options.RecordFile}] (Judge:RecordFile) cannot be written: {fault.Message}", fault);
        }
    }

    /// <summary>Shows the canaries to a judge that is not offline.</summary>
    /// <returns>What it made of them; null for an offline judge, which is not asked.</returns>
    /// <exception cref="JudgeStoppedException">The judge cannot be used (wrong key, unknown model, no quota).</exception>
    /// <exception cref="RunStoppedException">Not one review came back.</exception>
    internal static CanaryReport? Ask(IProcessJudge judge, ReviewPanel panel, Display display, CancellationToken cancellation)
    {
        if (judge.IsOffline) return null;
        CanaryReport report = JudgeCanaries.ReviewAsync(panel, cancellation).GetAwaiter().GetResult();
        if (Asked(report).All(review => review.Missing is not null)) throw new RunStoppedException($"the judge gave no review of its canaries ({Causes(report)}); see that its address is right and that it is up");
        if (report.Failures.Count > 0) display.Warning(report.ToString());
        else display.Line(report.ToString());
        return report;
    }

    private static IEnumerable<ProcessReview> Asked(CanaryReport report) => report.Reviews.Select(item => item.Review).Where(review => !review.Blank);

    private static string Causes(CanaryReport report) =>
        string.Join(", ", Asked(report).Select(review => review.Missing).OfType<MissingCause>().CountBy(cause => cause).Select(cause => $"{cause.Key} {cause.Value}"));
}
