using System.Globalization;
using PathVlm.Experiments.Reviews;
using PathVlm.Experiments.Stages;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Evaluation.Statistics;

namespace PathVlm.Experiments.Reporting;

/// <summary>Results of the stages of a chain as tables.</summary>
internal static class StageTables
{
    /// <summary>Accuracy by both rules, format rate, process reward, mean output tokens; one line per model.</summary>
    /// <param name="models">The models.</param>
    /// <param name="showsReasoning">Whether there is a column for the process reward; "-" in it where the judge was not asked.</param>
    internal static ReportTable Accuracy(IReadOnlyList<StageResult> models, bool showsReasoning)
    {
        string[] reasoning = showsReasoning ? ["process reward"] : [];
        return new ReportTable(
            "test rows",
            ResearchNotice.Text,
            ["model", "rows", "accuracy (paper) [95%]", "accuracy (strict) [95%]", "format", .. reasoning, "mean tokens", "cut"],
            [.. models.Select(model => (IReadOnlyList<string>)Row(model, showsReasoning))]);
    }

    /// <summary>Each model against the one before it.</summary>
    internal static ReportTable Differences(IReadOnlyList<StageResult> models)
    {
        ModelComparison[] pairs =
            [.. models.Zip(models.Skip(1), (first, second) => EvaluationMath.Compare(first.Evaluation, second.Evaluation))];
        IReadOnlyList<double> corrected = EvaluationMath.CorrectByHolm([.. pairs.Select(pair => pair.Paper.P)]);
        return new ReportTable(
            "against the model before",
            "",
            ["models", "difference [95%]", "McNemar p", "p (Holm)"],
            [
                .. pairs.Select((pair, index) => (IReadOnlyList<string>)
                [
                    $"{models[index].Name} -> {models[index + 1].Name}",
                    Points(pair.Paper.Difference, pair.Paper.Bootstrap),
                    string.Create(CultureInfo.InvariantCulture, $"{pair.Paper.P:0.0000}"),
                    string.Create(CultureInfo.InvariantCulture, $"{corrected[index]:0.0000}"),
                ]),
            ]);
    }

    private static string Points(double difference, Interval interval) => string.Create(CultureInfo.InvariantCulture,
        $"{100 * difference:+0.0;-0.0} [{100 * interval.Low:+0.0;-0.0}, {100 * interval.High:+0.0;-0.0}]");

    private static string[] Row(StageResult model, bool showsReasoning)
    {
        EvaluationFigures figures = model.Evaluation.Overall;
        string[] reasoning = showsReasoning ? [Mean(model.Reviews)] : [];
        return
        [
            model.Name,
            figures.RowCount.ToString(CultureInfo.InvariantCulture),
            Cells.Percent(figures.Paper),
            Cells.Percent(figures.Strict),
            string.Create(CultureInfo.InvariantCulture, $"{100 * figures.FormatRate:0.0}%"),
            .. reasoning,
            string.Create(CultureInfo.InvariantCulture, $"{figures.MeanOutputTokens:0.0}"),
            figures.TruncatedCount?.ToString(CultureInfo.InvariantCulture) ?? Cells.None,
        ];
    }

    private static string Mean(AnswerReviews? reviews) => Cells.Number(reviews?.Mean, "0.000");
}
