using System.Globalization;
using System.Xml.Linq;
using PathVlm.Experiments.Answers;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Results;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.Experiments.Reporting;

/// <summary>
/// The accuracy-by-stage figure as SVG: a bar a model with its 95% interval, a ring a seed where there are several, a dashed line where
/// guessing stands; below each bar the model that its stage starts from.
/// </summary>
internal static class StageChart
{
    private const int Left = 54, Top = 34, PlotHeight = 260, Step = 96, BarWidth = 52, Bottom = 64;
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>The figure of a base with its variants, external models beside them.</summary>
    internal static XElement Of(ExperimentResults results, string baseName)
    {
        ModelLine[] lines = [.. results.Lines.Where(line => line.Base == baseName || line.IsExternal)];
        int width = Left + lines.Length * Step + 20, height = Top + PlotHeight + Bottom;
        EvaluationFigures[] figures = [.. lines.Select(line => PooledFigures.Of(results, line, AnswerSet.Test, null))];
        double highest = figures.Max(figure => double.IsNaN(figure.Paper.Bootstrap.High) ? 0 : figure.Paper.Bootstrap.High);
        double top = Ceiling(highest, results.Guessing);
        XElement drawing = new(Svg + "svg",
            new XAttribute("viewBox", $"0 0 {width} {height}"), new XAttribute("width", width), new XAttribute("height", height),
            new XAttribute("role", "img"),
            new XAttribute("font-family", "system-ui, sans-serif"), new XAttribute("font-size", "12"),
            new XElement(Svg + "title", $"Accuracy by stage, base {baseName}"),
            new XElement(Svg + "rect", new XAttribute("width", width), new XAttribute("height", height), new XAttribute("fill", "#ffffff")),
            Axis(top, width),
            Guessing(results.Guessing, top, width),
            lines.Select((line, place) => Bar(results, line, figures[place], place, top)));
        return drawing;
    }

    private static IEnumerable<XElement> Axis(double top, int width)
    {
        yield return Text(Left, 16, "accuracy on the test rows (paper's rule), with its 95% interval", "start", "#333333");
        for (int tick = 0; tick <= 4; tick++)
        {
            double share = top * tick / 4;
            yield return Line(Left, Y(share, top), width - 20, Y(share, top), "#dddddd");
            string label = string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#}%");
            yield return Text(Left - 6, Y(share, top) + 4, label, "end", "#555555");
        }
    }

    private static IEnumerable<XElement> Bar(ExperimentResults results, ModelLine line, EvaluationFigures figures, int place, double top)
    {
        double middle = Left + place * Step + Step / 2.0;
        double value = figures.Paper.Value, high = figures.Paper.Bootstrap.High, low = figures.Paper.Bootstrap.Low;
        string colour = line.IsExternal ? "#b7791f" : line.Name == StageNames.Base ? "#8a94a6" : "#2b6cb0";
        yield return new XElement(Svg + "rect", Place("x", middle - BarWidth / 2.0), Place("y", Y(value, top)), Place("width", BarWidth),
            Place("height", Y(0, top) - Y(value, top)), new XAttribute("fill", colour),
            new XElement(Svg + "title", $"{line.Name}: {Cells.Percent(figures.Paper)}"));
        yield return Line(middle, Y(high, top), middle, Y(low, top), "#1a202c");
        yield return Line(middle - 7, Y(high, top), middle + 7, Y(high, top), "#1a202c");
        yield return Line(middle - 7, Y(low, top), middle + 7, Y(low, top), "#1a202c");
        if (line.Runs.Count > 1)
            foreach (ModelRun run in line.Runs)
                yield return new XElement(Svg + "circle", Place("cx", middle + 16),
                    Place("cy", Y(PooledFigures.Of(results, line, AnswerSet.Test, run.Seed).Paper.Value, top)),
                    Place("r", 3), new XAttribute("fill", "#ffffff"), new XAttribute("stroke", "#1a202c"),
                    new XElement(Svg + "title", FormattableString.Invariant($"seed {run.Seed}")));
        yield return Text(middle, Y(high, top) - 6, Cells.Percent(value), "middle", "#1a202c");
        yield return Text(middle, Top + PlotHeight + 18, line.Name, "middle", "#1a202c");
        yield return Text(middle, Top + PlotHeight + 34, SourceOf(line), "middle", "#555555");
    }

    private static string SourceOf(ModelLine line) => line.IsExternal ? "external"
        : Variant.All.FirstOrDefault(variant => variant.Name == line.Name) is { } variant
            ? $"{variant.Before} + {StageName(variant.Kind)}"
            : "";

    private static string StageName(StageKind kind) => kind switch
    {
        StageKind.FineTuning => "SFT",
        StageKind.OutcomeGrpo => "GRPO",
        _ => "process",
    };

    private static IEnumerable<XElement> Guessing(double share, double top, int width)
    {
        XElement line = Line(Left, Y(share, top), width - 20, Y(share, top), "#c53030");
        line.Add(new XAttribute("stroke-dasharray", "5 4"));
        yield return line;
        yield return Text(Left, Top + PlotHeight + 54, $"dashed: guessing, {Cells.Percent(share)}", "start", "#c53030");
    }

    // The next twentieth above all that is shown, at most 1.
    private static double Ceiling(double high, double guessing) =>
        Math.Min(1, Math.Max(0.05, Math.Ceiling(Math.Max(high, guessing) * 20 + 0.5) / 20));

    private static double Y(double share, double top) => Top + PlotHeight * (1 - (double.IsNaN(share) ? 0 : share) / top);

    private static XElement Line(double x1, double y1, double x2, double y2, string colour) => new(Svg + "line",
        Place("x1", x1), Place("y1", y1), Place("x2", x2), Place("y2", y2),
        new XAttribute("stroke", colour), new XAttribute("stroke-width", "1.2"));

    private static XElement Text(double x, double y, string text, string anchor, string colour) => new(Svg + "text",
        Place("x", x), Place("y", y), new XAttribute("text-anchor", anchor), new XAttribute("fill", colour),
        new XAttribute("stroke", "#ffffff"), new XAttribute("stroke-width", "3"), new XAttribute("paint-order", "stroke"),
        XmlText.Of(text));

    private static XAttribute Place(string name, double value) => new(name, value.ToString("0.##", CultureInfo.InvariantCulture));
}
