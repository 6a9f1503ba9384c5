using System.Globalization;
using System.Xml.Linq;

namespace PathVlm.MLNet.Display;

/// <summary>A curve over steps as SVG: points that are numbers joined, first and last value written at its ends.</summary>
public static class CurveChart
{
    private const int Width = 300, Height = 150, Left = 52, Right = 16, Top = 26, Bottom = 24;
    private const int PlotWidth = Width - Left - Right, PlotHeight = Height - Top - Bottom;
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    /// <summary>Draws a curve.</summary>
    /// <param name="title">What it is.</param>
    /// <param name="points">Step and value; a value that is no number leaves a gap.</param>
    /// <returns>The SVG, 300 by 150 pixels.</returns>
    public static XElement Draw(string title, IReadOnlyList<(double Step, double Value)> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        (double Step, double Value)[] finite = [.. points.Where(point => double.IsFinite(point.Value))];
        XElement drawing = new(Svg + "svg",
            new XAttribute("viewBox", $"0 0 {Width} {Height}"), new XAttribute("width", Width), new XAttribute("height", Height),
            new XAttribute("font-family", "sans-serif"), new XAttribute("font-size", "11"),
            Rectangle(), Text(Left, 15, title, "start", "#1a202c"));
        if (finite.Length == 0)
        {
            drawing.Add(Text(Left + PlotWidth / 2.0, Top + PlotHeight / 2.0, "no values", "middle", "#4a5568"));
            return drawing;
        }

        Scale across = new(finite.Min(point => point.Step), finite.Max(point => point.Step), Left, Left + PlotWidth);
        Scale up = new(finite.Min(point => point.Value), finite.Max(point => point.Value), Top + PlotHeight, Top);
        drawing.Add(Axis(up), Line(points, across, up),
            finite.Length > 1 ? null : Dot(across.Place(finite[0].Step), up.Place(finite[0].Value)),
            Text(Left, Height - 7, Number(across.Low), "start", "#4a5568"),
            Text(Left + PlotWidth, Height - 7, $"step {Number(across.High)}", "end", "#4a5568"));
        return drawing;
    }

    private static IEnumerable<XElement> Axis(Scale up)
    {
        foreach (double value in up.Low == up.High ? [up.Low] : new[] { up.Low, up.High })
        {
            double place = up.Place(value);
            yield return new XElement(Svg + "line", At("x1", Left), At("y1", place), At("x2", Left + PlotWidth), At("y2", place),
                new XAttribute("stroke", "#e2e8f0"));
            yield return Text(Left - 5, place + 4, Number(value), "end", "#4a5568");
        }
    }

    private static XElement Line(IReadOnlyList<(double Step, double Value)> points, Scale across, Scale up)
    {
        List<string> path = [];
        bool joined = false;
        foreach ((double step, double value) in points)
        {
            if (double.IsFinite(value)) path.Add($"{(joined ? 'L' : 'M')}{Number(across.Place(step))} {Number(up.Place(value))}");
            joined = double.IsFinite(value);
        }

        return new XElement(Svg + "path", new XAttribute("d", string.Join(' ', path)), new XAttribute("fill", "none"),
            new XAttribute("stroke", "#2b6cb0"), new XAttribute("stroke-width", "1.6"));
    }

    private static XElement Dot(double x, double y) => new(
        Svg + "circle", At("cx", x), At("cy", y), At("r", 3), new XAttribute("fill", "#2b6cb0"));

    private static XElement Rectangle() => new(
        Svg + "rect", At("width", Width), At("height", Height), new XAttribute("fill", "#ffffff"));

    private static XElement Text(double x, double y, string text, string anchor, string colour) => new(
        Svg + "text", At("x", x), At("y", y), new XAttribute("text-anchor", anchor), new XAttribute("fill", colour), text);

    private static XAttribute At(string name, double value) => new(name, Number(value));

    private static string Number(double value) => value.ToString(
        Math.Abs(value) is 0 or >= 0.01 and < 100_000 ? "0.###" : "0.##E0", CultureInfo.InvariantCulture);

    private sealed record Scale(double Low, double High, double From, double To)
    {
        public double Place(double value) => High > Low ? From + (To - From) * (value - Low) / (High - Low) : (From + To) / 2;
    }
}
