using System.Globalization;
using System.Xml.Linq;

namespace PathVlm.MLNet.Display;

/// <summary>
/// Curves over steps as SVG: points that are numbers joined, lowest and highest value on the axis, several curves told apart by colour.
/// </summary>
public static class CurveChart
{
    private const int Width = 300, Height = 150, Left = 52, Right = 16, Top = 26, Bottom = 24, LegendLine = 15;
    private const int PlotWidth = Width - Left - Right, PlotHeight = Height - Top - Bottom;
    private const string Ink = "#1a202c", Pale = "#4a5568";
    private static readonly string[] Colours = ["#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#b7791f", "#97266d", "#4a5568"];

    /// <summary>Draws a curve.</summary>
    /// <param name="title">What it is.</param>
    /// <param name="points">Step and value; a value that is no number leaves a gap.</param>
    /// <returns>The SVG, 300 by 150 pixels.</returns>
    public static XElement Draw(string title, IReadOnlyList<(double Step, double Value)> points) =>
        Draw(title, [new CurveSeries("", points)]);

    /// <summary>Draws several curves over one another, with a legend below.</summary>
    /// <param name="title">What they are.</param>
    /// <param name="series">The curves.</param>
    /// <returns>The SVG, 300 pixels wide; 150 high, and 15 more for each curve that has a name.</returns>
    public static XElement Draw(string title, IReadOnlyList<CurveSeries> series)
    {
        ArgumentNullException.ThrowIfNull(series);
        int named = series.Count(curve => curve.Name.Length > 0);
        (double Step, double Value)[] finite =
            [.. series.SelectMany(curve => curve.Points).Where(point => double.IsFinite(point.Value))];
        if (finite.Length == 0)
            return Svg.Drawing(Width, Height, title, Svg.Text(Left, 15, title, "start", Ink, 11),
                Svg.Text(Left + PlotWidth / 2.0, Top + PlotHeight / 2.0, "no values", "middle", Pale, 11));
        Scale across = new(finite.Min(point => point.Step), finite.Max(point => point.Step), Left, Left + PlotWidth);
        Scale up = new(finite.Min(point => point.Value), finite.Max(point => point.Value), Top + PlotHeight, Top);
        return Svg.Drawing(Width, Height + (named * LegendLine), title, Svg.Text(Left, 15, title, "start", Ink, 11), Axis(up),
            series.SelectMany((curve, place) => Curve(curve.Points, Colours[place % Colours.Length], across, up)),
            Svg.Text(Left, Height - 7, Label(across.Low), "start", Pale, 11),
            Svg.Text(Left + PlotWidth, Height - 7, $"step {Label(across.High)}", "end", Pale, 11),
            series.Select((curve, place) => (curve.Name, Colour: Colours[place % Colours.Length]))
                .Where(curve => curve.Name.Length > 0).SelectMany((curve, line) => Legend(curve.Name, curve.Colour, line)));
    }

    private static IEnumerable<XElement> Axis(Scale up)
    {
        foreach (double value in up.Low == up.High ? [up.Low] : new[] { up.Low, up.High })
        {
            double place = up.Place(value);
            yield return Svg.Line((Left, place), (Left + PlotWidth, place), "#e2e8f0");
            yield return Svg.Text(Left - 5, place + 4, Label(value), "end", Pale, 11);
        }
    }

    private static IEnumerable<XElement> Legend(string name, string colour, int line)
    {
        double y = Height + (line * LegendLine) + 4;
        yield return Svg.Line((Left, y - 4), (Left + 14, y - 4), colour);
        yield return Svg.Text(Left + 19, y, name, "start", Pale, 11);
    }

    // A point between two gaps is no line: it is drawn as a disc.
    private static IEnumerable<XElement> Curve(IReadOnlyList<(double Step, double Value)> points, string colour, Scale across, Scale up)
    {
        List<string> path = [];
        for (int at = 0; at < points.Count; at++)
        {
            if (!IsDrawn(at)) continue;
            (double x, double y) = (across.Place(points[at].Step), up.Place(points[at].Value));
            path.Add($"{(IsDrawn(at - 1) ? 'L' : 'M')}{Svg.Number(x)} {Svg.Number(y)}");
            if (!IsDrawn(at - 1) && !IsDrawn(at + 1)) yield return Svg.Circle(x, y, 2.5, colour);
        }

        if (path.Count > 0) yield return Svg.Path(string.Join(' ', path), colour);

        bool IsDrawn(int at) => at >= 0 && at < points.Count && double.IsFinite(points[at].Value);
    }

    private static string Label(double value) => value.ToString(
        Math.Abs(value) is 0 or >= 0.01 and < 100_000 ? "0.###" : "0.##E0", CultureInfo.InvariantCulture);

    private sealed record Scale(double Low, double High, double From, double To)
    {
        public double Place(double value) => High > Low ? From + (To - From) * (value - Low) / (High - Low) : (From + To) / 2;
    }
}
