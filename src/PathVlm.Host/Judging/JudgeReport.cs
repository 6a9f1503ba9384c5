using System.Globalization;
using System.Text.Json;
using PathVlm.Host.Presentation;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Training.Logging;

namespace PathVlm.Host.Judging;

/// <summary>Scores, findings and cost of reviewed rollouts: tables on the screen, a line a rollout in a file.</summary>
internal static class JudgeReport
{
    private const int StepRanges = 5;

    /// <summary>Scores over ranges of steps, and over all.</summary>
    internal static void Scores(Display display, IReadOnlyList<ReviewedRollout> rollouts)
    {
        long[] steps = [.. rollouts.Select(rollout => rollout.Line.Step).Distinct().Order()];
        List<IReadOnlyList<string>> rows = [];
        if (steps.Length > 1)
            foreach (long[] range in steps.Chunk((steps.Length + StepRanges - 1) / StepRanges))
                rows.Add(Row($"{range[0]}-{range[^1]}", [.. rollouts.Where(rollout => rollout.Line.Step >= range[0] && rollout.Line.Step <= range[^1])]));
        rows.Add(Row("all", rollouts));
        display.Table("reviews", ["steps", "rollouts", "process reward", "completeness", "soundness", "blank", "missing"], rows);
        foreach (IGrouping<MissingCause, ReviewedRollout> cause in rollouts.Where(rollout => rollout.Review.Missing is not null).GroupBy(rollout => rollout.Review.Missing!.Value))
            display.Line($"missing, {cause.Key}: {cause.Count()}");
    }

    /// <summary>How often each kind of finding was kept, and why it was dropped.</summary>
    internal static void Findings(Display display, IReadOnlyList<ReviewedRollout> rollouts)
    {
        IEnumerable<(string Kind, string? Dropped)> findings = rollouts.SelectMany(rollout => rollout.Review.Score?.Verdicts ?? []).Select(verdict => (Kind: KindOf(verdict.Item), verdict.Dropped));
        display.Table("findings", ["finding", "kept", "dropped", "why"], findings.GroupBy(finding => finding.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal)
            .Select(kind => (IReadOnlyList<string>)
            [
                kind.Key,
                Count(kind.Count(finding => finding.Dropped is null)),
                Count(kind.Count(finding => finding.Dropped is not null)),
                string.Join(", ", kind.Select(finding => finding.Dropped).OfType<string>().CountBy(why => why).OrderByDescending(why => why.Value).Select(why => $"{why.Key} {why.Value}")),
            ]));
    }

    /// <summary>Requests, tokens and, with prices, money: of this run, and of these reviews when they were made.</summary>
    internal static void Cost(Display display, ReviewCost run, ReviewCost made, ReviewPanelOptions? prices)
    {
        string[] header = ["cost", "reviews asked", "requests", "tokens in", "tokens out"];
        display.Table("judge", prices is null ? header : [.. header, "money"], [["this run", .. run.Cells(prices)], ["these reviews, by the record", .. made.Cells(prices)]]);
    }

    /// <summary>What all rollouts will have taken of the judge, from the reviews that were asked for until now.</summary>
    internal static void Forecast(Display display, ReviewCost asked, int done, int total, ReviewPanelOptions? prices)
    {
        IReadOnlyList<string> cells = asked.For((long)Math.Round((double)asked.Reviews * total / done)).Cells(prices);
        display.Line($"forecast after {asked.Reviews} reviews asked: {cells[0]} for all {Count(total)} rollouts, {cells[2]} tokens in, {cells[3]} out{(prices is null ? "" : $", money {cells[4]}")}");
    }

    /// <summary>
    /// A line a rollout: step, generation, id, sample, reward, completeness, soundness (null where missing), missing (why), blank, findings
    /// (item, quote, dropped: why, null where it counts).
    /// </summary>
    internal static void Write(string path, IReadOnlyList<ReviewedRollout> rollouts) => AtomicFile.Write(path, unfinished =>
    {
        File.Delete(unfinished); // one that an ended program left is not gone on with
        using JsonLinesWriter lines = new(unfinished);
        foreach (ReviewedRollout rollout in rollouts) lines.Write(json => Write(json, rollout));
    });

    private static void Write(Utf8JsonWriter json, ReviewedRollout rollout)
    {
        json.WriteNumber("step", rollout.Line.Step);
        json.WriteNumber("generation", rollout.Line.Generation);
        json.WriteString("id", rollout.Line.Question.Id);
        json.WriteNumber("sample", rollout.Line.Sample);
        WriteScore("reward", rollout.Review.Reward);
        WriteScore("completeness", rollout.Review.Completeness);
        WriteScore("soundness", rollout.Review.Soundness);
        if (rollout.Review.Missing is { } cause) json.WriteString("missing", JsonNamingPolicy.SnakeCaseLower.ConvertName(cause.ToString()));
        else json.WriteNull("missing");
        json.WriteBoolean("blank", rollout.Review.Blank);
        json.WritePropertyName("findings");
        json.WriteRawValue(rollout.Review.Findings.Length > 0 ? rollout.Review.Findings : "[]");

        void WriteScore(string name, float score)
        {
            if (float.IsNaN(score)) json.WriteNull(name);
            else json.WriteNumber(name, score);
        }
    }

    private static string[] Row(string name, IReadOnlyList<ReviewedRollout> rollouts) =>
    [
        name,
        Count(rollouts.Count),
        Mean(rollouts.Select(rollout => rollout.Review.Reward)),
        Mean(rollouts.Select(rollout => rollout.Review.Completeness)),
        Mean(rollouts.Select(rollout => rollout.Review.Soundness)),
        Count(rollouts.Count(rollout => rollout.Review.Blank)),
        Count(rollouts.Count(rollout => rollout.Review.Missing is not null)),
    ];

    // "option_elimination: B" is an elimination, whatever the option.
    private static string KindOf(string item) =>
        item.StartsWith("option_elimination", StringComparison.Ordinal) ? "option_elimination" : item;

    private static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Mean(IEnumerable<float> scores)
    {
        float[] present = [.. scores.Where(score => !float.IsNaN(score))];
        return present.Length == 0 ? "-" : present.Average().ToString("0.000", CultureInfo.InvariantCulture);
    }
}
