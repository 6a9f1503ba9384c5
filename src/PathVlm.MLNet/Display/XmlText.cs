using System.Text;
using System.Xml;

namespace PathVlm.MLNet.Display;

/// <summary>Texts that XML takes: a model may write characters that no document can hold.</summary>
public static class XmlText
{
    private const char Replacement = '\uFFFD';

    /// <summary>The text with each character that XML does not take replaced by U+FFFD.</summary>
    /// <param name="text">The text; null is taken for an empty one.</param>
    public static string Of(string? text)
    {
        text ??= "";
        StringBuilder taken = new(text.Length);
        for (int at = 0; at < text.Length; at++)
        {
            if (at + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[at + 1], text[at])) taken.Append(text, at++, 2);
            else taken.Append(XmlConvert.IsXmlChar(text[at]) ? text[at] : Replacement);
        }

        return taken.ToString();
    }
}
