using System.Text;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Evaluation.Statistics;

namespace PathVlm.MLNet.Evaluation;

/// <summary>Reports in Markdown; each ends with <see cref="ResearchNotice.Text"/>.</summary>
public static class EvaluationTables
{
    private const int Decimals = 2;

    /// <summary>Accuracy by both rules with intervals, format rate and mean tokens: one line per model and, below it, per subset.</summary>
    /// <param name="models">Name and result of each model, in the order of the lines.</param>
    public static string Accuracy(IReadOnlyList<(string Name, EvaluationResult Result)> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        var table = new StringBuilder();
        Line(table, "model", "rows", "pictures", "accuracy (paper) [95%]", "Wilson", "accuracy (strict) [95%]", "format", "readable",
            "mean tokens", "truncated");
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
            Line(table, [status.ToString(), .. models.Select(model => FigureFormat.Count(model.Result.Overall.StatusCounts[status]))]);
        return Close(table);
    }

    /// <summary>Pairs of models on the same rows: difference, interval, McNemar's p, and p corrected by Holm over the lines.</summary>
    /// <param name="comparisons">Name and comparison of each pair.</param>
    /// <param name="rule">The rule that the lines are about.</param>
    public static string Comparisons(
        IReadOnlyList<(string Name, ModelComparison Comparison)> comparisons, AccuracyRule rule = AccuracyRule.Paper)
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        PairedDifference[] lines = 
            [.. comparisons.Select(pair => rule == AccuracyRule.Paper ? pair.Comparison.Paper : pair.Comparison.Strict)];
        double[] corrected = HolmCorrection.Adjust([.. lines.Select(line => line.P)]);
        var table = new StringBuilder();
        Line(table, "comparison", "rows", "first", "second", "difference [95%]", "only first right", "only second right",
            "McNemar p", "p (Holm)");
        Rule(table, 9);
        for (int index = 0; index < lines.Length; index++)
        {
            PairedDifference line = lines[index];
            Line(table, Escape(comparisons[index].Name), FigureFormat.Count(comparisons[index].Comparison.RowCount),
                FigureFormat.Percent(line.First, Decimals), FigureFormat.Percent(line.Second, Decimals),
                FigureFormat.Points(line.Difference, line.Bootstrap, Decimals),
                FigureFormat.Count(line.OnlyFirstRight), FigureFormat.Count(line.OnlySecondRight),
                FigureFormat.Probability(line.P), FigureFormat.Probability(corrected[index]));
        }
        return Close(table);
    }

    private static void Figures(StringBuilder table, string name, EvaluationFigures figures) => Line(
        table, name, FigureFormat.Count(figures.RowCount), FigureFormat.Count(figures.PictureCount),
        Accuracy(figures.Paper), FigureFormat.Range(figures.Paper.Wilson), Accuracy(figures.Strict),
        FigureFormat.Percent(figures.FormatRate, Decimals), FigureFormat.Percent(figures.ReadableRate, Decimals),
        FigureFormat.Number(figures.MeanOutputTokens),
        figures.TruncatedCount is int truncated ? FigureFormat.Count(truncated) : FigureFormat.None);

    // Without rows there is neither an accuracy nor an interval: a dash for each.
    private static string Accuracy(AccuracyFigure figure) =>
        figure.Count == 0 ? $"{FigureFormat.None} {FigureFormat.None}" : FigureFormat.Percent(figure, Decimals);

    private static void Line(StringBuilder table, params string[] cells) => table.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static void Rule(StringBuilder table, int columns) => table.Append('|').Insert(table.Length, "---|", columns).Append('\n');

    private static string Close(StringBuilder table) => table.Append('\n').Append(ResearchNotice.Text).Append('\n').ToString();

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace('\n', ' ');
}
