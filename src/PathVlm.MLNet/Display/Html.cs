using System.Text;
using System.Xml.Linq;

namespace PathVlm.MLNet.Display;

/// <summary>Elements that views are built of. They are a tree, so that no text of a model can become a mark.</summary>
public static class Html
{
    private const string Cell = "padding:.25rem .6rem;border-bottom:1px solid #cbd5e0;text-align:left;vertical-align:top";

    /// <summary>An element with a text; never without content, which HTML would take for an opening mark.</summary>
    /// <param name="name">The element.</param>
    /// <param name="text">The text.</param>
    /// <param name="style">Its style; null for none.</param>
    public static XElement Text(string name, string text, string? style = null) =>
        new(name, style is null ? null : new XAttribute("style", style), XmlText.Of(text));

    /// <summary>Elements one below the other.</summary>
    /// <param name="parts">The elements; null ones are left out.</param>
    public static XElement Block(params XElement?[] parts) => new(
        "div", new XAttribute("style", "font-family:system-ui,sans-serif;line-height:1.4;max-width:70rem"), parts);

    /// <summary>A table.</summary>
    /// <param name="header">Names of the columns.</param>
    /// <param name="rows">The cells.</param>
    public static XElement Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows) => new(
        "table", new XAttribute("style", "border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums"),
        new XElement("thead", new XElement("tr", header.Select(name => Text("th", name, Cell + ";border-bottom-width:2px")))),
        new XElement("tbody", (rows ?? []).Select(row => new XElement("tr", row.Select(cell => Text("td", cell, Cell))))));

    /// <summary>A small remark.</summary>
    /// <param name="text">The text.</param>
    public static XElement Note(string text) => Text("p", text, "color:#4a5568;font-size:.85rem;margin:.3rem 0");

    /// <summary>Lines of a report as they are.</summary>
    /// <param name="text">The text.</param>
    public static XElement Lines(string text) => Text("pre", text, "margin:.3rem 0;white-space:pre-wrap");

    /// <summary>A text that a model wrote.</summary>
    /// <param name="text">The text.</param>
    public static XElement Quote(string text) => Text("blockquote", text,
        "margin:.4rem 0;padding:.3rem .7rem;border-left:3px solid #a0aec0;white-space:pre-wrap;overflow-wrap:anywhere");

    /// <summary>A picture that needs no other file.</summary>
    /// <param name="content">The picture's file: PNG, JPEG or SVG.</param>
    /// <param name="mimeType">Such as image/png.</param>
    /// <param name="description">What stands in for it.</param>
    /// <param name="width">Width on the page in pixels; null for its own.</param>
    public static XElement Picture(byte[] content, string mimeType, string description, int? width = null) => new(
        "img", new XAttribute("alt", XmlText.Of(description)), width is null ? null : new XAttribute("width", width.Value),
        new XAttribute("src", $"data:{mimeType};base64,{Convert.ToBase64String(content)}"));

    /// <summary>A drawing as a picture: a page that takes no SVG from strangers shows it all the same.</summary>
    /// <param name="drawing">The SVG.</param>
    /// <param name="description">What stands in for it.</param>
    public static XElement Drawing(XElement drawing, string description) =>
        Picture(Encoding.UTF8.GetBytes(HtmlViewFormatter.TextOf(drawing)), "image/svg+xml", description);

    /// <summary>Two elements beside each other.</summary>
    /// <param name="left">The left one; null for none.</param>
    /// <param name="right">The right one.</param>
    public static XElement Beside(XElement? left, XElement right) => left is null ? right : new XElement(
        "div", new XAttribute("style", "display:flex;gap:1rem;align-items:flex-start;margin:.4rem 0"),
        new XElement("div", new XAttribute("style", "flex:none"), left), new XElement("div", right));
}
