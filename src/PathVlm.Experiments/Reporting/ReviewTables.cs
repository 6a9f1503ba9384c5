using System.Globalization;
using PathVlm.Experiments.Rollouts;
using PathVlm.MLNet.Judging.Panel;

namespace PathVlm.Experiments.Reporting;

/// <summary>Scores, findings and cost of reviewed rollouts as tables.</summary>
internal static class ReviewTables
{
    private const int StepRanges = 5;

    /// <summary>Scores over ranges of steps, and over all.</summary>
    internal static ReportTable Scores(IReadOnlyList<ReviewedRollout> rollouts)
    {
        long[] steps = [.. rollouts.Select(rollout => rollout.Line.Step).Distinct().Order()];
        List<IReadOnlyList<string>> rows = [];
        if (steps.Length > 1)
            foreach (long[] range in steps.Chunk((steps.Length + StepRanges - 1) / StepRanges))
            {
                ReviewedRollout[] inRange = [.. rollouts.Where(rollout => rollout.Line.Step >= range[0] && rollout.Line.Step <= range[^1])];
                rows.Add(Row($"{range[0]}-{range[^1]}", inRange));
            }

        rows.Add(Row("all", rollouts));
        return new ReportTable(
            "reviews", "", ["steps", "rollouts", "process reward", "completeness", "soundness", "blank", "missing"], rows);
    }

    /// <summary>How often each kind of finding was kept, and why it was dropped.</summary>
    internal static ReportTable Findings(IReadOnlyList<ReviewedRollout> rollouts)
    {
        IEnumerable<(string Kind, string? Dropped)> findings = rollouts
            .SelectMany(rollout => rollout.Review.Score?.Verdicts ?? []).Select(verdict => (KindOf(verdict.Item), verdict.Dropped));
        return new ReportTable("findings", "", ["finding", "kept", "dropped", "why"],
        [
            .. findings.GroupBy(finding => finding.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal)
                .Select(kind => (IReadOnlyList<string>)
                [
                    kind.Key,
                    Cells.Count(kind.Count(finding => finding.Dropped is null)),
                    Cells.Count(kind.Count(finding => finding.Dropped is not null)),
                    string.Join(", ", kind.Select(finding => finding.Dropped).OfType<string>().CountBy(why => why)
                        .OrderByDescending(why => why.Value).Select(why => $"{why.Key} {why.Value}")),
                ]),
        ]);
    }

    /// <summary>Requests, tokens and, with prices, money: of this run, and of these reviews when they were made.</summary>
    internal static ReportTable Cost(ReviewCost run, ReviewCost made, ReviewPanelOptions? prices)
    {
        string[] header = ["cost", "reviews asked", "requests", "tokens in", "tokens out"];
        return new ReportTable("judge", "", prices is null ? header : [.. header, "money"],
            [["this run", .. CostCells(run, prices)], ["these reviews, by the record", .. CostCells(made, prices)]]);
    }

    /// <summary>The cost of all rollouts, as a line, from the reviews that were asked for until now.</summary>
    internal static string Forecast(ReviewCost asked, int done, int total, ReviewPanelOptions? prices)
    {
        string[] cells = CostCells(asked.For((long)Math.Round((double)asked.Reviews * total / done)), prices);
        string money = prices is null ? "" : $", money {cells[4]}";
        return $"forecast after {asked.Reviews} reviews asked: {cells[0]} for all {Cells.Count(total)} rollouts, "
            + $"{cells[2]} tokens in, {cells[3]} out{money}";
    }

    private static string[] CostCells(ReviewCost cost, ReviewPanelOptions? prices)
    {
        long[] counts = [cost.Reviews, cost.Requests, cost.InputTokens, cost.OutputTokens];
        string[] cells = [.. counts.Select(number => number.ToString("N0", CultureInfo.InvariantCulture))];
        return prices is null ? cells : [.. cells, cost.Price(prices).ToString("0.00", CultureInfo.InvariantCulture)];
    }

    private static string[] Row(string name, IReadOnlyList<ReviewedRollout> rollouts) =>
    [
        name,
        Cells.Count(rollouts.Count),
        Mean(rollouts.Select(rollout => rollout.Review.Reward)),
        Mean(rollouts.Select(rollout => rollout.Review.Completeness)),
        Mean(rollouts.Select(rollout => rollout.Review.Soundness)),
        Cells.Count(rollouts.Count(rollout => rollout.Review.Blank)),
        Cells.Count(rollouts.Count(rollout => rollout.Review.Missing is not null)),
    ];

    // "option_elimination: B" is an elimination, whatever the option.
    private static string KindOf(string item) =>
        item.StartsWith("option_elimination", StringComparison.Ordinal) ? "option_elimination" : item;

    private static string Mean(IEnumerable<float> scores)
    {
        float[] present = [.. scores.Where(score => !float.IsNaN(score))];
        return present.Length == 0 ? Cells.None : present.Average().ToString("0.000", CultureInfo.InvariantCulture);
    }
}
