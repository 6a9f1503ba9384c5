using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace PathVlm.MLNet.Display;

/// <summary>Writes an <see cref="IHtmlView"/> as HTML: what <see cref="TypeFormatterSourceAttribute"/> names.</summary>
/// <remarks>
/// The members are found by their names (.NET Interactive, Microsoft.DotNet.Interactive.Formatting): a source has
/// <c>CreateTypeFormatters</c>, a formatter <c>MimeType</c> and <c>Format</c>. One object is both.
/// </remarks>
[SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "Called by name on an object.")]
public sealed class HtmlViewFormatter
{
    internal const string HtmlMimeType = "text/html";

    private static readonly XmlWriterSettings Settings = new()
    {
        OmitXmlDeclaration = true,
        ConformanceLevel = ConformanceLevel.Fragment,
        CheckCharacters = false, // a model may write characters that XML does not take; a browser shows them as such
        NewLineHandling = NewLineHandling.None,
    };

    /// <summary>The form of the text.</summary>
    public string MimeType => HtmlMimeType;

    /// <summary>The formatters: this one.</summary>
    public IEnumerable<object> CreateTypeFormatters() => [this];

    /// <summary>Writes a value.</summary>
    /// <param name="instance">The value.</param>
    /// <param name="writer">Where it is written to.</param>
    /// <returns>Whether it is an <see cref="IHtmlView"/>; otherwise nothing is written.</returns>
    public bool Format(object instance, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (instance is not IHtmlView view) return false;
        writer.Write(TextOf(view));
        return true;
    }

    /// <summary>The HTML of a value.</summary>
    /// <param name="view">The value.</param>
    public static string TextOf(IHtmlView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return TextOf(view.ToHtml());
    }

    internal static string TextOf(XElement element)
    {
        StringBuilder text = new();
        using (XmlWriter writer = XmlWriter.Create(text, Settings)) element.WriteTo(writer);
        return text.ToString();
    }
}
