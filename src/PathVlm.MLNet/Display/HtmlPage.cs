using System.Xml.Linq;

namespace PathVlm.MLNet.Display;

/// <summary>
/// A page that needs no other file: style, figures (SVG) and pictures (data URIs) are inside; no script, no address. It is a tree, so that
/// no text of a model can become a mark, and is well-formed XML as well.
/// </summary>
public static class HtmlPage
{
    private const string Style =
        """
        body { font-family: system-ui, sans-serif; color: #1a202c; max-width: 76rem; margin: 2rem auto; padding: 0 1rem;
               line-height: 1.45; }
        h1, h2, h3 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
        .notice { background: #fff5f5; border-left: 4px solid #c53030; padding: .6rem 1rem; font-weight: 600; }
        .note { color: #4a5568; max-width: 60rem; }
        .wide { overflow-x: auto; } svg { max-width: 100%; height: auto; }
        table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
        th, td { padding: .3rem .7rem; border-bottom: 1px solid #e2e8f0; text-align: right; white-space: nowrap; }
        th:first-child, td:first-child { text-align: left; } th { border-bottom: 2px solid #a0aec0; }
        blockquote { margin: .5rem 0; padding: .4rem .8rem; background: #f7fafc; border-left: 3px solid #a0aec0; white-space: pre-wrap;
                     overflow-wrap: anywhere; }
        details { margin-top: 2rem; font-size: .85rem; } code { overflow-wrap: anywhere; }

        """;

    /// <summary>Writes a page.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="body">Its content; null parts are left out.</param>
    /// <param name="style">Rules of style beside the page's own; empty for none.</param>
    /// <returns>The page's text.</returns>
    public static string Of(string title, IEnumerable<XElement?> body, string style = "")
    {
        ArgumentNullException.ThrowIfNull(body);
        XElement page = new("html", new XAttribute("lang", "en"),
            new XElement("head",
                new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement("meta", new XAttribute("name", "viewport"), new XAttribute("content", "width=device-width, initial-scale=1")),
                new XElement("title", XmlText.Of(title)),
                new XElement("style", Style + style)),
            new XElement("body", body));
        return "<!DOCTYPE html>\n" + page.ToString(SaveOptions.DisableFormatting) + "\n";
    }
}
