using System.Globalization;
using PathVlm.Host.Runs;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Evaluation.Statistics;

namespace PathVlm.Host.Presentation;

/// <summary>Tables of results on the screen.</summary>
internal static class Report
{
    private const string None = "-";

    /// <summary>Accuracy by both rules, format rate, process reward, mean output tokens; a line a model.</summary>
    /// <param name="display">The screen.</param>
    /// <param name="models">The models.</param>
    /// <param name="showsReasoning">Whether there is a column for the process reward; a dash in it where the judge was not asked.</param>
    internal static void Accuracy(Display display, IReadOnlyList<StageResult> models, bool showsReasoning)
    {
        string[] reasoning = showsReasoning ? ["process reward"] : [];
        display.Table(
            "test rows",
            ["model", "rows", "accuracy (paper) [95%]", "accuracy (strict) [95%]", "format", .. reasoning, "mean tokens", "cut"],
            models.Select(model => (IReadOnlyList<string>)Row(model, showsReasoning)));
        display.Line(ResearchNotice.Text);
    }

    /// <summary>Each model against the one before it.</summary>
    internal static void Differences(Display display, IReadOnlyList<StageResult> models)
    {
        ModelComparison[] pairs = [.. models.Zip(models.Skip(1), (first, second) => EvaluationMath.Compare(first.Evaluation, second.Evaluation))];
        double[] corrected = HolmCorrection.Adjust([.. pairs.Select(pair => pair.Paper.P)]);
        display.Table(
            "against the model before",
            ["models", "difference [95%]", "McNemar p", "p (Holm)"],
            pairs.Select((pair, index) => (IReadOnlyList<string>)
            [
                $"{models[index].Name} -> {models[index + 1].Name}",
                string.Create(CultureInfo.InvariantCulture, $"{100 * pair.Paper.Difference:+0.0;-0.0} [{100 * pair.Paper.Bootstrap.Low:+0.0;-0.0}, {100 * pair.Paper.Bootstrap.High:+0.0;-0.0}]"),
                string.Create(CultureInfo.InvariantCulture, $"{pair.Paper.P:0.0000}"),
                string.Create(CultureInfo.InvariantCulture, $"{corrected[index]:0.0000}"),
            ]));
    }

    private static string[] Row(StageResult model, bool showsReasoning)
    {
        EvaluationFigures figures = model.Evaluation.Overall;
        string[] reasoning = showsReasoning ? [Mean(model.Reviews)] : [];
        return
        [
            model.Name,
            figures.RowCount.ToString(CultureInfo.InvariantCulture),
            Share(figures.Paper),
            Share(figures.Strict),
            string.Create(CultureInfo.InvariantCulture, $"{100 * figures.FormatRate:0.0}%"),
            .. reasoning,
            string.Create(CultureInfo.InvariantCulture, $"{figures.MeanOutputTokens:0.0}"),
            figures.TruncatedCount?.ToString(CultureInfo.InvariantCulture) ?? None,
        ];
    }

    private static string Mean(AnswerReviews? reviews) => reviews is null || double.IsNaN(reviews.Mean) ? None : reviews.Mean.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Share(AccuracyFigure figure) => string.Create(CultureInfo.InvariantCulture,
        $"{100 * figure.Value:0.0}% [{100 * figure.Bootstrap.Low:0.0}, {100 * figure.Bootstrap.High:0.0}]");
}
