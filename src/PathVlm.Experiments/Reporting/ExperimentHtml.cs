using System.Xml.Linq;
using PathVlm.Experiments.Results;
using PathVlm.MLNet.Display;
using PathVlm.MLNet.Evaluation;

namespace PathVlm.Experiments.Reporting;

/// <summary>The report as one HTML page that needs no other file (<see cref="HtmlPage"/>).</summary>
internal static class ExperimentHtml
{
    private const string Style =
        """
        .case { display: grid; grid-template-columns: 14rem 1fr 1fr; gap: 1.2rem; border-top: 1px solid #e2e8f0; padding: 1rem 0; }
        .case img { width: 100%; max-width: 14rem; } .case ul { padding-left: 1.1rem; margin: .3rem 0; font-size: .88rem; }
        @media (max-width: 50rem) { .case { grid-template-columns: 1fr; } }
        """;

    /// <summary>Writes the page.</summary>
    /// <param name="results">What is reported.</param>
    /// <param name="tables">Its tables.</param>
    /// <param name="figures">The figures as SVG, by base.</param>
    internal static string Of(
        ExperimentResults results, IReadOnlyList<ReportTable> tables, IEnumerable<(string Base, XElement Drawing)> figures) =>
        HtmlPage.Of("pathvlm experiment",
        [
            new XElement("h1", "Experiment"),
            new XElement("p", new XAttribute("class", "notice"), ResearchNotice.Text),
            .. CaseTexts.About(results).Select(line => Element("p", line)),
            new XElement("h2", "Accuracy by stage"),
            .. figures.Select(figure => new XElement(
                "div", new XAttribute("class", "wide"), results.Plan.Bases.Count > 1 ? Element("h3", figure.Base) : null,
                figure.Drawing)),
            .. tables.SelectMany(Table),
            new XElement("h2", CaseTexts.Title), Note(CaseTexts.Note),
            .. results.Cases.Select(item => Case(results, item)),
            Settings(results),
            new XElement("p", new XAttribute("class", "notice"), ResearchNotice.Text),
        ],
        Style);

    private static IEnumerable<XElement> Table(ReportTable table)
    {
        yield return Element("h2", table.Title);
        yield return Note(table.Note);
        yield return new XElement("div", new XAttribute("class", "wide"), new XElement("table",
            new XElement("thead", new XElement("tr", table.Header.Select(name => Element("th", name)))),
            new XElement("tbody", table.Rows.Select(row => new XElement("tr", row.Select(cell => Element("td", cell)))))));
    }

    private static XElement Case(ExperimentResults results, ReasoningCase item) => new("div", new XAttribute("class", "case"),
        new XElement("div",
            new XElement(
                "img", new XAttribute("alt", "the question's picture"),
                new XAttribute("src", "data:image/png;base64," + Convert.ToBase64String(item.Picture))),
            Element("p", CaseTexts.Heading(results, item)),
            Element("p", item.Question.Question),
            new XElement("ul", item.Question.Options.Select(option => new XElement(
                "li", option == item.Question.Answer ? Element("strong", option) : XmlText.Of(option))))),
        item.Sides.Select(side => new XElement("div",
            Element("h3", side.Run.Name),
            Element("p", CaseTexts.Choice(side)),
            Element("blockquote", side.Reasoning.Length > 0 ? side.Reasoning : "(no reasoning)"),
            Element("p", CaseTexts.Score(side.Review)),
            new XElement("ul", CaseTexts.Findings(side.Review).Select(finding => Element("li", finding))
                .DefaultIfEmpty(Element("li", "no findings"))))));

    private static XElement Settings(ExperimentResults results) => new("details",
        new XElement("summary", "Settings"),
        new XElement("table", new XElement("tbody", results.Settings.Select(setting =>
            new XElement("tr", Element("td", setting.Key), new XElement("td", Element("code", setting.Value)))))));

    private static XElement Note(string text) => new("p", new XAttribute("class", "note"), XmlText.Of(text));

    // Never without content: HTML takes <p /> for an opening mark.
    private static XElement Element(string name, string text) => new(name, XmlText.Of(text));
}
