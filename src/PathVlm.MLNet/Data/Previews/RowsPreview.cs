using System.Xml.Linq;
using PathVlm.MLNet.Display;

namespace PathVlm.MLNet.Data.Previews;

/// <summary>
/// The first rows of a view with their pictures, and what models and rewards added to them. For research, not for diagnosis.
/// </summary>
/// <param name="Rows">The rows.</param>
[TypeFormatterSource]
public sealed record RowsPreview(IReadOnlyList<PreviewedRow> Rows) : IHtmlView
{
    XElement IHtmlView.ToHtml() => Html.Block([
        .. Rows.Select(row => ((IHtmlView)row).ToHtml()),
        Rows.Count == 0 ? Html.Note("no rows") : null,
        Rows.Any(row => row.PredictedAnswer is not null) ? Html.Note("For research, not for diagnosis.") : null]);
}
