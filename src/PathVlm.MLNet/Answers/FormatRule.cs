namespace PathVlm.MLNet.Answers;

/// <summary>
/// The format reward: once control tokens at the end and outer white space are removed, <c>&lt;think&gt;</c>, <c>&lt;/think&gt;</c>,
/// <c>&lt;answer&gt;</c>, <c>&lt;/answer&gt;</c> each occur exactly once, in that order, in lower case; both bodies hold more than white
/// space; only white space lies between them, and nothing outside.
/// </summary>
internal static class FormatRule
{
    /// <summary>Whether a completion has the format.</summary>
    /// <param name="completion">The whole completion.</param>
    public static bool Holds(string completion)
    {
        ArgumentNullException.ThrowIfNull(completion);
        string text = CompletionText.TrimEnd(completion).TrimStart();
        if (!text.StartsWith(CompletionText.ThinkOpen, StringComparison.Ordinal)
            || !text.EndsWith(CompletionText.AnswerClose, StringComparison.Ordinal)
            || CompletionText.Count(text, CompletionText.ThinkOpen) != 1 || CompletionText.Count(text, CompletionText.ThinkClose) != 1
            || CompletionText.Count(text, CompletionText.AnswerOpen) != 1 || CompletionText.Count(text, CompletionText.AnswerClose) != 1)
            return false;

        int thinkEnd = text.IndexOf(CompletionText.ThinkClose, StringComparison.Ordinal);
        int answer = text.IndexOf(CompletionText.AnswerOpen, StringComparison.Ordinal);
        int between = thinkEnd + CompletionText.ThinkClose.Length, body = answer + CompletionText.AnswerOpen.Length;
        return answer >= between
            && text.AsSpan(between, answer - between).IsWhiteSpace()
            && !text.AsSpan(CompletionText.ThinkOpen.Length, thinkEnd - CompletionText.ThinkOpen.Length).IsWhiteSpace()
            && !text.AsSpan(body, text.Length - CompletionText.AnswerClose.Length - body).IsWhiteSpace();
    }

    /// <summary>1 where a completion has the format, else 0.</summary>
    /// <param name="completion">The whole completion.</param>
    public static float Score(string completion) => Holds(completion) ? 1 : 0;
}
