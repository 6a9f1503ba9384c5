using PathVlm.Experiments.Progress;
using PathVlm.Experiments.Reporting;
using PathVlm.Experiments.Rollouts;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Records;

namespace PathVlm.Experiments.Runs;

/// <summary>Reviews rollouts and reports their scores, findings and cost.</summary>
internal sealed class RolloutReviewRun(
    IProcessJudge judge, ReviewPanelOptions options, bool showsPrices, RunReporter reporter, CancellationToken cancellation)
{
    private readonly ReviewPanelOptions? _prices = showsPrices ? options : null;

    /// <summary>Reviews all lines.</summary>
    internal RolloutReviewOutcome Run(string file, IReadOnlyList<RolloutLine> lines)
    {
        int rows = lines.Select(line => line.Question.Id).Distinct().Count();
        reporter.Message($"{file}: {lines.Count} rollouts of {rows} rows; judge: {judge.Identity}");
        if (options.RecordFile is { } named) Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(named))!);
        (IReadOnlyList<ReviewedRollout> reviewed, ReviewCost cost) = Review(lines);
        HashSet<string> keys = [.. reviewed.Select(rollout => rollout.Key)];
        ReviewCost made = options.RecordFile is { } record ? ReviewCost.From(ReviewRecord.Read(record), keys) : cost;
        return new RolloutReviewOutcome(reviewed,
            [ReviewTables.Scores(reviewed), ReviewTables.Findings(reviewed), ReviewTables.Cost(cost, made, _prices)]);
    }

    private (IReadOnlyList<ReviewedRollout> Reviewed, ReviewCost Cost) Review(IReadOnlyList<RolloutLine> lines)
    {
        using ReviewPanel panel = new(judge, options);
        RolloutReviewer reviewer = new(panel, cancellation);
        bool isForecast = judge.IsOffline; // costs nothing
        IReadOnlyList<ReviewedRollout> reviewed = reporter.Track("judge", advanced => reviewer.Review(lines, done =>
        {
            advanced(done, lines.Count);
            if (isForecast || panel.Statistics.Forecast(1) is null || done == lines.Count) return;
            isForecast = true;
            reporter.Message(ReviewTables.Forecast(ReviewCost.From(panel.Statistics), done, lines.Count, _prices));
        }));
        return (reviewed, ReviewCost.From(panel.Statistics));
    }
}
