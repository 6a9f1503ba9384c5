using System.Text;
using System.Xml;

namespace PathVlm.Experiments.Reporting;

/// <summary>Texts that XML takes: a model may write characters that no document can hold.</summary>
internal static class XmlText
{
    private const char Replacement = '\uFFFD';

    /// <summary>The text with each character that XML does not take replaced.</summary>
    internal static string Of(string text)
    {
        StringBuilder taken = new(text.Length);
        for (int at = 0; at < text.Length; at++)
        {
            if (at + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[at + 1], text[at])) taken.Append(text, at++, 2);
            else taken.Append(XmlConvert.IsXmlChar(text[at]) ? text[at] : Replacement);
        }

        return taken.ToString();
    }
}
