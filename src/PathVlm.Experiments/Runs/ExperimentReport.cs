using System.Xml.Linq;
using PathVlm.Experiments.Reporting;
using PathVlm.MLNet.Display;
using PathVlm.MLNet.Evaluation;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Experiments.Runs;

/// <summary>The report of an experiment.</summary>
/// <param name="Tables">Its tables, in their order.</param>
/// <param name="Page">The HTML page; Markdown, JSON and figures are beside it.</param>
/// <param name="Summary">Stages and evaluations of this run and of earlier ones, and peak memory, as text.</param>
[TypeFormatterSource]
public sealed record ExperimentReport(IReadOnlyList<ReportTable> Tables, string Page, string Summary) : IHtmlView
{
    /// <summary>
    /// The external models with too many unanswered rows, whose accuracy the tables do not show, in one line; null where there are none.
    /// A resumed run asks for those rows again.
    /// </summary>
    public string? Unanswered { get; init; }

    /// <summary>The accuracy-by-stage figures beside the page, as SVG files, in order of their bases.</summary>
    public IReadOnlyList<string> Figures => [.. Directory.EnumerateFiles(
        Path.GetDirectoryName(Path.GetFullPath(Page))!, "accuracy-*.svg").Order(StringComparer.Ordinal)];

    XElement IHtmlView.ToHtml() => Html.Block([
        .. Figures.Select(figure => Html.Picture(
            InputFile.ReadBytes(figure, PictureFile.LargestFile), "image/svg+xml", Path.GetFileNameWithoutExtension(figure))),
        .. Tables.Select(table => ((IHtmlView)table).ToHtml()),
        Html.Note(Summary), Html.Note(ResearchNotice.Text)]);
}
