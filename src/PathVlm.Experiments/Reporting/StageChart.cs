using System.Globalization;
using System.Xml.Linq;
using PathVlm.Experiments.Answers;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Results;
using PathVlm.MLNet.Display;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.Experiments.Reporting;

/// <summary>
/// The accuracy-by-stage figure as SVG: a bar a model with its 95% interval, a ring a seed where there are several, a dashed line where
/// guessing stands; below each bar the model that its stage starts from.
/// </summary>
internal static class StageChart
{
    private const int Left = 54, Top = 34, PlotHeight = 260, Step = 96, BarWidth = 52, Bottom = 64;

    /// <summary>The figure of a base with its variants, external models beside them.</summary>
    internal static XElement Of(ExperimentResults results, string baseName)
    {
        ModelLine[] lines = [.. results.Lines.Where(line => line.Base == baseName || line.IsExternal)];
        int width = Left + lines.Length * Step + 20, height = Top + PlotHeight + Bottom;
        EvaluationFigures[] figures = [.. lines.Select(line => PooledFigures.Of(results, line, AnswerSet.Test, null))];
        double highest = figures.Select(figure => Cells.IntervalOf(figure.Paper).High).Max(high => double.IsNaN(high) ? 0 : high);
        double top = Ceiling(highest, results.Guessing);
        return Svg.Drawing(width, height, $"Accuracy by stage, base {baseName}",
            Axis(top, width), Guessing(results.Guessing, top, width),
            lines.SelectMany((line, place) => Bar(results, line, figures[place], place, top)));
    }

    private static IEnumerable<XElement> Axis(double top, int width)
    {
        yield return Svg.Text(Left, 16, "accuracy on the test rows (paper's rule), with its 95% interval", "start", "#333333");
        for (int tick = 0; tick <= 4; tick++)
        {
            double share = top * tick / 4;
            yield return Svg.Line((Left, Y(share, top)), (width - 20, Y(share, top)), "#dddddd");
            string label = string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#}%");
            yield return Svg.Text(Left - 6, Y(share, top) + 4, label, "end", "#555555");
        }
    }

    private static IEnumerable<XElement> Bar(ExperimentResults results, ModelLine line, EvaluationFigures figures, int place, double top)
    {
        double middle = Left + place * Step + Step / 2.0;
        (double low, double high) = Cells.IntervalOf(figures.Paper);
        double value = figures.Paper.Value;
        string colour = line.IsExternal ? "#b7791f" : line.Name == StageNames.Base ? "#8a94a6" : "#2b6cb0";
        yield return Svg.Rectangle(
            middle - BarWidth / 2.0, Y(value, top), BarWidth, Y(0, top) - Y(value, top), colour,
            $"{line.Name}: {Cells.Percent(figures.Paper)}");
        yield return Svg.Line((middle, Y(high, top)), (middle, Y(low, top)), "#1a202c");
        yield return Svg.Line((middle - 7, Y(high, top)), (middle + 7, Y(high, top)), "#1a202c");
        yield return Svg.Line((middle - 7, Y(low, top)), (middle + 7, Y(low, top)), "#1a202c");
        if (line.Runs.Count > 1)
            foreach (ModelRun run in line.Runs)
                yield return Svg.Circle(
                    middle + 16, Y(PooledFigures.Of(results, line, AnswerSet.Test, run.Seed).Paper.Value, top), 3, "#ffffff", "#1a202c",
                    FormattableString.Invariant($"seed {run.Seed}"));
        yield return Svg.Text(middle, Y(high, top) - 6, Cells.Percent(value), "middle", "#1a202c");
        yield return Svg.Text(middle, Top + PlotHeight + 18, line.Name, "middle", "#1a202c");
        yield return Svg.Text(middle, Top + PlotHeight + 34, SourceOf(line), "middle", "#555555");
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
        yield return Svg.Line((Left, Y(share, top)), (width - 20, Y(share, top)), "#c53030", "5 4");
        yield return Svg.Text(Left, Top + PlotHeight + 54, $"dashed: guessing, {Cells.Percent(share)}", "start", "#c53030");
    }

    // The next twentieth above all that is shown, at most 1.
    private static double Ceiling(double high, double guessing) =>
        Math.Min(1, Math.Max(0.05, Math.Ceiling(Math.Max(high, guessing) * 20 + 0.5) / 20));

    private static double Y(double share, double top) => Top + PlotHeight * (1 - (double.IsNaN(share) ? 0 : share) / top);
}
