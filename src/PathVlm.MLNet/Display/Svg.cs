using System.Globalization;
using System.Xml.Linq;

namespace PathVlm.MLNet.Display;

/// <summary>Elements that figures are built of; places are pixels from the upper left corner.</summary>
public static class Svg
{
    private static readonly XNamespace Names = "http://www.w3.org/2000/svg";

    /// <summary>A drawing on a white ground.</summary>
    /// <param name="width">Its width.</param>
    /// <param name="height">Its height.</param>
    /// <param name="title">What it shows, for those who cannot see it.</param>
    /// <param name="parts">What is drawn; null parts are left out.</param>
    public static XElement Drawing(int width, int height, string title, params object?[] parts) => new(Names + "svg",
        new XAttribute("viewBox", $"0 0 {width} {height}"), new XAttribute("width", width), new XAttribute("height", height),
        new XAttribute("role", "img"), new XAttribute("font-family", "system-ui, sans-serif"),
        new XElement(Names + "title", XmlText.Of(title)), Rectangle(0, 0, width, height, "#ffffff"), parts);

    /// <summary>A line.</summary>
    /// <param name="from">Where it begins.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="colour">Its colour.</param>
    /// <param name="dashes">Lengths of dashes and gaps; null for none.</param>
    public static XElement Line((double X, double Y) from, (double X, double Y) to, string colour, string? dashes = null) => new(
        Names + "line", At("x1", from.X), At("y1", from.Y), At("x2", to.X), At("y2", to.Y), new XAttribute("stroke", colour),
        new XAttribute("stroke-width", "1.2"), dashes is null ? null : new XAttribute("stroke-dasharray", dashes));

    /// <summary>A rectangle.</summary>
    /// <param name="x">Its left side.</param>
    /// <param name="y">Its upper side.</param>
    /// <param name="width">Its width.</param>
    /// <param name="height">Its height.</param>
    /// <param name="colour">Its colour.</param>
    /// <param name="title">What it stands for; null for none.</param>
    public static XElement Rectangle(double x, double y, double width, double height, string colour, string? title = null) => new(
        Names + "rect", At("x", x), At("y", y), At("width", width), At("height", height), new XAttribute("fill", colour), Title(title));

    /// <summary>A disc.</summary>
    /// <param name="x">Its middle.</param>
    /// <param name="y">Its middle.</param>
    /// <param name="radius">Its radius.</param>
    /// <param name="colour">Its colour.</param>
    /// <param name="edge">The colour of its edge; null for none.</param>
    /// <param name="title">What it stands for; null for none.</param>
    public static XElement Circle(double x, double y, double radius, string colour, string? edge = null, string? title = null) => new(
        Names + "circle", At("cx", x), At("cy", y), At("r", radius), new XAttribute("fill", colour),
        edge is null ? null : new XAttribute("stroke", edge), Title(title));

    /// <summary>A path.</summary>
    /// <param name="commands">Its commands, such as <c>M0 0 L10 10</c>.</param>
    /// <param name="colour">Its colour.</param>
    public static XElement Path(string commands, string colour) => new(
        Names + "path", new XAttribute("d", commands), new XAttribute("fill", "none"), new XAttribute("stroke", colour),
        new XAttribute("stroke-width", "1.6"));

    /// <summary>A text over whatever it meets.</summary>
    /// <param name="x">Its place.</param>
    /// <param name="y">Its base line.</param>
    /// <param name="text">The text.</param>
    /// <param name="anchor">Which part of it stands at its place: start, middle or end.</param>
    /// <param name="colour">Its colour.</param>
    /// <param name="size">Its size.</param>
    public static XElement Text(double x, double y, string text, string anchor, string colour, int size = 12) => new(
        Names + "text", At("x", x), At("y", y), new XAttribute("font-size", size), new XAttribute("text-anchor", anchor),
        new XAttribute("fill", colour), new XAttribute("stroke", "#ffffff"), new XAttribute("stroke-width", "3"),
        new XAttribute("paint-order", "stroke"), XmlText.Of(text));

    /// <summary>A place as attributes and paths take it: at most three decimals.</summary>
    /// <param name="value">Pixels.</param>
    public static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static XElement? Title(string? text) => text is null ? null : new XElement(Names + "title", XmlText.Of(text));

    private static XAttribute At(string name, double value) => new(name, Number(value));
}
