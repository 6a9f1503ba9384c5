using System.Xml.Linq;
using PathVlm.MLNet.Display;

namespace PathVlm.MLNet.Evaluation;

/// <summary>How well a model answers: over all rows and for each subset. For research, not for diagnosis.</summary>
/// <param name="Overall">Over all rows.</param>
/// <param name="Subsets">For each subset, in the order of their first rows; empty where there is only one.</param>
/// <param name="Rows">Every row, scored.</param>
[TypeFormatterSource]
public sealed record EvaluationResult(EvaluationFigures Overall, IReadOnlyList<EvaluationFigures> Subsets, IReadOnlyList<EvaluatedRow> Rows)
    : IHtmlView
{
    /// <summary>What every report says.</summary>
    public string Notice { get; init; } = ResearchNotice.Text;

    XElement IHtmlView.ToHtml() => Html.Block(
        Html.Table(
            ["", "rows", "pictures", "accuracy (paper) [95%]", "accuracy (strict) [95%]", "format", "readable", "mean tokens"],
            Subsets.Prepend(Overall).Select(figures => (string[])
                [figures.Name, FigureFormat.Count(figures.RowCount), FigureFormat.Count(figures.PictureCount),
                    Accuracy(figures.Paper), Accuracy(figures.Strict), FigureFormat.Percent(figures.FormatRate),
                    FigureFormat.Percent(figures.ReadableRate), FigureFormat.Number(figures.MeanOutputTokens)])),
        Html.Note(Notice));

    private static string Accuracy(AccuracyFigure figure) =>
        figure.Count == 0 ? FigureFormat.None : FigureFormat.Percent(figure);
}
