using System.Xml.Linq;
using PathVlm.Experiments.Files;
using PathVlm.Experiments.Results;

namespace PathVlm.Experiments.Reporting;

/// <summary>Writes the report of an experiment in all its forms.</summary>
internal static class ReportWriter
{
    private const string Name = "report";

    /// <summary>Writes <c>report.md</c> (with one figure file per base), <c>report.json</c>, <c>report.html</c>.</summary>
    /// <param name="results">The content.</param>
    /// <param name="tables">Its tables.</param>
    /// <param name="folder">The experiment's folder.</param>
    /// <returns>The path of the HTML page.</returns>
    internal static string Write(ExperimentResults results, IReadOnlyList<ReportTable> tables, string folder)
    {
        (string Base, XElement Drawing)[] figures = [.. results.Plan.Bases.Select(item => (item.Name, StageChart.Of(results, item.Name)))];
        foreach ((string baseName, XElement drawing) in figures) AtomicFile.Write(PathOf(FigureFile(baseName)), drawing.ToString());
        AtomicFile.Write(
            PathOf($"{Name}.md"), ExperimentMarkdown.Of(results, tables, figures.Select(figure => (figure.Base, FigureFile(figure.Base)))));
        AtomicFile.Write(PathOf($"{Name}.json"), ExperimentJson.Of(results));
        string page = PathOf($"{Name}.html");
        AtomicFile.Write(page, ExperimentHtml.Of(results, tables, figures));
        return page;

        string PathOf(string file) => Path.Combine(folder, file);
    }

    private static string FigureFile(string baseName) => $"accuracy-{baseName}.svg";
}
