using System.Xml.Linq;
using PathVlm.MLNet.Evaluation;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Support;

/// <summary>The HTML page of an experiment.</summary>
internal static class ReportPage
{
    /// <summary>Requires a page to be complete in itself, and to show these models in its figure.</summary>
    internal static void IsWholeAndNeedsNothingElse(string path, IEnumerable<string> models)
    {
        XDocument page = SelfContainedPage.Read(path, pictures: 4);
        XElement figure = Assert.Single(page.Descendants(SelfContainedPage.Svg + "svg"));
        string[] labels = [.. figure.Elements(SelfContainedPage.Svg + "text").Select(text => text.Value)];
        Assert.All(models, model => Assert.Contains(model, labels));
        Assert.Equal(2, page.Descendants("p").Count(element => element.Value == ResearchNotice.Text));
    }
}
