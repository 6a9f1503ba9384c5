using System.Globalization;
using System.Text;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Evaluation.Statistics;

namespace PathVlm.MLNet.Evaluation;

/// <summary>Reports in Markdown; each ends with <see cref="ResearchNotice.Text"/>.</summary>
public static class EvaluationTables
{
    /// <summary>Accuracy by both rules with intervals, format rate and mean tokens: a line for each model and, below it, each subset.</summary>
    /// <param name="models">Name and result of each model, in the order of the lines.</param>
    public static string Accuracy(IReadOnlyList<(string Name, EvaluationResult Result)> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        var table = new StringBuilder();
        Line(table, "model", "rows", "pictures", "accuracy (paper) [95%]", "Wilson", "accuracy (strict) [95%]", "format", "readable", "mean tokens", "truncated");
        Rule(table, 10);
        foreach ((string name, EvaluationResult result) in models)
        {
            Figures(table, Escape(name), result.Overall);
            foreach (EvaluationFigures subset in result.Subsets)
                Figures(table, $"{Escape(name)}: {Escape(subset.Name)}", subset);
        }
        return Close(table);
    }

    /// <summary>How many completions of each model have each status.</summary>
    /// <param name="models">Name and result of each model.</param>
    public static string Statuses(IReadOnlyList<(string Name, EvaluationResult Result)> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        var table = new StringBuilder();
        Line(table, ["status", .. models.Select(model => Escape(model.Name))]);
        Rule(table, models.Count + 1);
        foreach (AnswerStatus status in Enum.GetValues<AnswerStatus>())
            Line(table, [status.ToString(), .. models.Select(model => Number(model.Result.Overall.StatusCounts[status]))]);
        return Close(table);
    }

    /// <summary>Pairs of models on the same rows: difference, interval, McNemar's p, and p corrected by Holm over the lines of the table.</summary>
    /// <param name="comparisons">Name and comparison of each pair.</param>
    /// <param name="rule">The rule that the lines are about.</param>
    public static string Comparisons(
        IReadOnlyList<(string Name, ModelComparison Comparison)> comparisons, AccuracyRule rule = AccuracyRule.Paper)
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        PairedDifference[] lines = [.. comparisons.Select(pair => rule == AccuracyRule.Paper ? pair.Comparison.Paper : pair.Comparison.Strict)];
        double[] corrected = HolmCorrection.Adjust([.. lines.Select(line => line.P)]);
        var table = new StringBuilder();
        Line(table, "comparison", "rows", "first", "second", "difference [95%]", "only first right", "only second right", "McNemar p", "p (Holm)");
        Rule(table, 9);
        for (int index = 0; index < lines.Length; index++)
        {
            PairedDifference line = lines[index];
            Line(table, Escape(comparisons[index].Name), Number(comparisons[index].Comparison.RowCount), Percent(line.First), Percent(line.Second),
                $"{Signed(line.Difference)} [{Signed(line.Bootstrap.Low)}, {Signed(line.Bootstrap.High)}]",
                Number(line.OnlyFirstRight), Number(line.OnlySecondRight), P(line.P), P(corrected[index]));
        }
        return Close(table);
    }

    private static void Figures(StringBuilder table, string name, EvaluationFigures figures) => Line(
        table, name, Number(figures.RowCount), Number(figures.PictureCount),
        $"{Percent(figures.Paper.Value)} {Range(figures.Paper.Bootstrap)}", Range(figures.Paper.Wilson),
        $"{Percent(figures.Strict.Value)} {Range(figures.Strict.Bootstrap)}", Percent(figures.FormatRate), Percent(figures.ReadableRate),
        figures.MeanOutputTokens?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-",
        figures.TruncatedCount is int truncated ? Number(truncated) : "-");

    private static void Line(StringBuilder table, params string[] cells) => table.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static void Rule(StringBuilder table, int columns) => table.Append('|').Insert(table.Length, "---|", columns).Append('\n');

    private static string Close(StringBuilder table) => table.Append('\n').Append(ResearchNotice.Text).Append('\n').ToString();

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => double.IsNaN(share) ? "-" : (100 * share).ToString("0.00", CultureInfo.InvariantCulture) + "%";

    private static string Range(Interval interval) => double.IsNaN(interval.Low) ? "-"
        : string.Create(CultureInfo.InvariantCulture, $"[{100 * interval.Low:0.0}, {100 * interval.High:0.0}]");

    private static string Signed(double share) => double.IsNaN(share) ? "-" : (100 * share).ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);

    private static string P(double value) => value < 0.0001 ? "< 0.0001" : value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace('\n', ' ');
}
