using System.Xml.Linq;
using PathVlm.MLNet.Display;

namespace PathVlm.Experiments.Reporting;

/// <summary>A table of a report, for every form of it.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Note">What a reader must know to read it; empty for none.</param>
/// <param name="Header">Names of the columns.</param>
/// <param name="Rows">The cells.</param>
[TypeFormatterSource]
public sealed record ReportTable(string Title, string Note, IReadOnlyList<string> Header, IReadOnlyList<IReadOnlyList<string>> Rows)
    : IHtmlView
{
    XElement IHtmlView.ToHtml() => Html.Block(
        Html.Text("h3", Title, "margin:.8rem 0 .2rem"), Note.Length > 0 ? Html.Note(Note) : null, Html.Table(Header, Rows));
}
