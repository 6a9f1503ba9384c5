using System.Xml.Linq;

namespace PathVlm.MLNet.Display;

/// <summary>
/// A value that shows itself as HTML. With <see cref="TypeFormatterSourceAttribute"/> on its type a .NET notebook does so by itself; a
/// program writes <c>HtmlViewFormatter.TextOf(value)</c> into a page.
/// </summary>
public interface IHtmlView
{
    /// <summary>The value as one element, styled inline; no script and no address of another host.</summary>
    XElement ToHtml();
}
