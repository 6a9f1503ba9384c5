using System.Xml.Linq;

namespace PathVlm.Testing;

/// <summary>An HTML page that is whole and complete in itself.</summary>
public static class SelfContainedPage
{
    private const string Png = "data:image/png;base64,";

    // Marks that HTML closes at once; any other that is empty would swallow what follows it.
    private static readonly HashSet<string> Void = ["meta", "img"];

    /// <summary>The namespace of the page's figures.</summary>
    public static XNamespace Svg { get; } = "http://www.w3.org/2000/svg";

    /// <summary>Reads a page, and requires it to be well-formed, without scripts and addresses, its pictures PNG inside it.</summary>
    /// <param name="path">The page's file.</param>
    /// <param name="pictures">How many pictures it has to show.</param>
    public static XDocument Read(string path, int pictures)
    {
        XDocument page = XDocument.Parse(File.ReadAllText(path));
        XElement[] elements = [.. page.Descendants()];
        Assert.DoesNotContain(elements, element => element.Name.LocalName is "script" or "link" or "iframe" or "object" or "base");
        Assert.DoesNotContain("@import", page.Descendants("style").Single().Value, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", page.Descendants("style").Single().Value, StringComparison.Ordinal);
        Assert.DoesNotContain(
            elements.Attributes(), attribute =>
            attribute.Name.LocalName is "href" or "action" || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.DoesNotContain(
            elements, element => element.Name.Namespace == XNamespace.None && element.IsEmpty && !Void.Contains(element.Name.LocalName));
        XAttribute[] sources = [.. elements.Attributes("src")];
        Assert.Equal(pictures, sources.Length);
        Assert.All(sources, source =>
        {
            Assert.StartsWith(Png, source.Value, StringComparison.Ordinal);
            Assert.Equal([0x89, 0x50, 0x4E, 0x47], Convert.FromBase64String(source.Value[Png.Length..])[..4]);
        });
        return page;
    }

    /// <summary>The titles of the page's figures.</summary>
    /// <param name="page">The page.</param>
    public static string[] Figures(XDocument page) =>
        [.. page.Descendants(Svg + "svg").Select(figure => figure.Element(Svg + "title")!.Value)];
}
