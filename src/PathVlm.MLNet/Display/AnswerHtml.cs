using System.Globalization;
using System.Xml.Linq;

namespace PathVlm.MLNet.Display;

/// <summary>A model's answer.</summary>
internal static class AnswerHtml
{
    /// <summary>Answer, reasoning, length.</summary>
    public static XElement Of(string predicted, string reasoning, int tokens, bool truncated = false) => Html.Block(
        Html.Text("div", predicted.Length > 0 ? predicted : "no answer could be read", "font-weight:600"),
        reasoning.Length > 0 ? Html.Quote(reasoning) : null,
        Html.Note(string.Create(CultureInfo.InvariantCulture,
            $"{tokens} tokens{(truncated ? ", cut at the limit" : "")}. For research, not for diagnosis.")));
}
