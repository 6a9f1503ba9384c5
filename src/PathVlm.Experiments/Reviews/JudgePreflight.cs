using PathVlm.Experiments.Progress;
using PathVlm.MLNet.Judging.Canaries;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.Experiments.Reviews;

/// <summary>Pre-flight checks of the judge.</summary>
internal static class JudgePreflight
{
    /// <summary>Opens a panel, and with it its record.</summary>
    /// <exception cref="IOException">The record cannot be opened for writing.</exception>
    internal static ReviewPanel Open(IProcessJudge judge, ReviewPanelOptions options)
    {
        try
        {
            return new ReviewPanel(judge, options);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException && options.RecordFile is not null)
        {
            throw new IOException(
                $"the record of reviews [{options.RecordFile}] (Judge:RecordFile) cannot be written: {fault.Message}", fault);
        }
    }

    /// <summary>Has a judge that is not offline review the canaries.</summary>
    /// <returns>The report; null for an offline judge, which is not asked.</returns>
    /// <exception cref="JudgeStoppedException">
    /// The judge cannot be used (wrong key, unknown model, no quota), or no review came back.
    /// </exception>
    internal static CanaryReport? Ask(IProcessJudge judge, ReviewPanel panel, RunReporter reporter, CancellationToken cancellation)
    {
        if (judge.IsOffline) return null;
        CanaryReport report = JudgeCanaries.ReviewAsync(panel, cancellation).GetAwaiter().GetResult();
        report.RequireAnyReview();
        if (report.Failures.Count > 0) reporter.Warning(report.ToString());
        else reporter.Message(report.ToString());
        return report;
    }
}
