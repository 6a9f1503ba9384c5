using System.Xml.Linq;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.Host.Tests.Support;

/// <summary>The HTML page: whole, and complete in itself.</summary>
internal static class ReportPage
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    // Marks that HTML closes at once; any other that is empty would swallow what follows it.
    private static readonly HashSet<string> Void = ["meta", "img"];

    /// <summary>Requires a page to be well-formed, free of scripts and addresses, and to show these models in its figure.</summary>
    internal static void IsWholeAndNeedsNothingElse(string path, IEnumerable<string> models)
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
        Assert.Equal(4, sources.Length);
        Assert.All(sources, source =>
        {
            Assert.StartsWith("data:image/png;base64,", source.Value, StringComparison.Ordinal);
            Assert.Equal([0x89, 0x50, 0x4E, 0x47], Convert.FromBase64String(source.Value["data:image/png;base64,".Length..])[..4]);
        });
        XElement figure = Assert.Single(page.Descendants(Svg + "svg"));
        string[] labels = [.. figure.Elements(Svg + "text").Select(text => text.Value)];
        Assert.All(models, model => Assert.Contains(model, labels));
        Assert.Equal(2, elements.Count(element => element.Value == ResearchNotice.Text && element.Name.LocalName == "p"));
    }
}
