using System.Text.RegularExpressions;

namespace PathVlm.MLNet.Answers;

/// <summary>
/// The parts of a completion <c>&lt;think&gt;reasoning&lt;/think&gt; &lt;answer&gt;answer&lt;/answer&gt;</c>, however mangled.
/// </summary>
internal static partial class CompletionText
{
    public const string ThinkOpen = "<think>", ThinkClose = "</think>", AnswerOpen = "<answer>", AnswerClose = "</answer>";

    /// <summary>The completion without control tokens (<c>&lt;|im_end|&gt;</c> …) and white space at its end.</summary>
    public static string TrimEnd(string completion)
    {
        string text = completion.TrimEnd();
        while (text.EndsWith("|>", StringComparison.Ordinal) && TrailingControl().Match(text) is { Success: true } control)
            text = text[..control.Index].TrimEnd();
        return text;
    }

    /// <summary>
    /// The reasoning: the body of the first <c>&lt;think&gt;</c> element; everything after <c>&lt;think&gt;</c> where it is not closed; the
    /// text before the first <c>&lt;answer&gt;</c> where there is none.
    /// </summary>
    public static string ReasoningOf(string completion)
    {
        string text = TrimEnd(completion);
        int open = text.IndexOf(ThinkOpen, StringComparison.Ordinal);
        if (open < 0)
        {
            int answer = text.IndexOf(AnswerOpen, StringComparison.Ordinal);
            return answer < 0 ? text : text[..answer];
        }
        int start = open + ThinkOpen.Length, close = text.IndexOf(ThinkClose, start, StringComparison.Ordinal);
        return close < 0 ? text[start..] : text[start..close];
    }

    /// <summary>
    /// The part in which an answer counts: after the last <c>&lt;/think&gt;</c> (all of the text where there is none), up to a
    /// <c>&lt;think&gt;</c> that opens there; so an answer inside a reasoning, closed or not, is never in it.
    /// </summary>
    public static string OutsideReasoning(string completion)
    {
        int close = completion.LastIndexOf(ThinkClose, StringComparison.Ordinal);
        string rest = close < 0 ? completion : completion[(close + ThinkClose.Length)..];
        int open = rest.IndexOf(ThinkOpen, StringComparison.Ordinal);
        return open < 0 ? rest : rest[..open];
    }

    /// <summary>How often a tag occurs.</summary>
    public static int Count(string text, string tag) => text.AsSpan().Count(tag);

    [GeneratedRegex(@"<\|[A-Za-z0-9_]{1,64}\|>\z", RegexOptions.CultureInvariant | RegexOptions.RightToLeft)]
    private static partial Regex TrailingControl();
}
