using System.Xml.Linq;
using PathVlm.Host.Presentation;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.Host.Experiments.Reporting;

/// <summary>Writes the report in all its forms, and shows its tables.</summary>
internal static class ExperimentReport
{
    private const string Name = "report";

    /// <summary>Writes <c>report.md</c> (with a figure file a base), <c>report.json</c>, <c>report.html</c>.</summary>
    /// <returns>The page's path.</returns>
    internal static string Write(ExperimentResults results, Display display)
    {
        IReadOnlyList<ReportTable> tables = ExperimentTables.Of(results);
        foreach (ReportTable table in tables) display.Table(table.Title, table.Header, table.Rows);
        display.Line(ResearchNotice.Text);
        (string Base, XElement Drawing)[] figures = [.. results.Plan.Bases.Select(item => (item.Name, StageChart.Of(results, item.Name)))];
        foreach ((string baseName, XElement drawing) in figures) AtomicFile.Write(PathOf(results, FigureFile(baseName)), drawing.ToString());
        AtomicFile.Write(PathOf(results, $"{Name}.md"), ExperimentMarkdown.Of(results, tables, figures.Select(figure => (figure.Base, FigureFile(figure.Base)))));
        AtomicFile.Write(PathOf(results, $"{Name}.json"), ExperimentJson.Of(results));
        string page = PathOf(results, $"{Name}.html");
        AtomicFile.Write(page, ExperimentHtml.Of(results, tables, figures));
        return page;
    }

    private static string FigureFile(string baseName) => $"accuracy-{baseName}.svg";

    private static string PathOf(ExperimentResults results, string file) => Path.Combine(results.Plan.OutputFolder, file);
}
