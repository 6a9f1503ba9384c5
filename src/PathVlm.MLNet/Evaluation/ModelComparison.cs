using System.Xml.Linq;
using PathVlm.MLNet.Display;

namespace PathVlm.MLNet.Evaluation;

/// <summary>Two models on the same rows. For research, not for diagnosis.</summary>
/// <param name="RowCount">Rows compared.</param>
/// <param name="Paper">By the paper's rule.</param>
/// <param name="Strict">By the strict rule.</param>
[TypeFormatterSource]
public sealed record ModelComparison(int RowCount, PairedDifference Paper, PairedDifference Strict) : IHtmlView
{
    /// <summary>What every report says.</summary>
    public string Notice { get; init; } = ResearchNotice.Text;

    XElement IHtmlView.ToHtml() => Html.Block(
        Html.Table(
            ["rule", "rows", "first", "second", "difference [95%]", "only first right", "only second right", "McNemar p"],
            new[] { ("paper", Paper), ("strict", Strict) }.Select(line => Cells(line.Item1, line.Item2))),
        Html.Note(Notice));

    private string[] Cells(string rule, PairedDifference line) =>
        [rule, FigureFormat.Count(RowCount), FigureFormat.Percent(line.First), FigureFormat.Percent(line.Second),
            FigureFormat.Points(line.Difference, line.Bootstrap), FigureFormat.Count(line.OnlyFirstRight),
            FigureFormat.Count(line.OnlySecondRight), FigureFormat.Probability(line.P)];
}
