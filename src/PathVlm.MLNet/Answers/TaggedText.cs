namespace PathVlm.MLNet.Answers;

/// <summary>
/// Takes apart a text that carries the tags of a completion: an explanation or an answer that another trainer has wrapped.
/// </summary>
internal static class TaggedText
{
    /// <summary>Whether any of the tags stands in the text.</summary>
    public static bool HasTags(string text) => ReservedText.TagIn(text) is not null;

    /// <summary>The reasoning in it, without tags; the text as it is where it has no tags.</summary>
    public static string ReasoningOf(string text)
    {
        if (!HasTags(text))
            return text;
        string reasoning = CompletionText.ReasoningOf(text);
        foreach (string tag in ReservedText.Tags)
            reasoning = reasoning.Replace(tag, "", StringComparison.Ordinal);
        return reasoning.Trim();
    }

    /// <summary>The body of its one answer element; null where it has none, or several.</summary>
    public static string? AnswerOf(string text)
    {
        string outside = CompletionText.OutsideReasoning(text);
        if (CompletionText.Count(outside, CompletionText.AnswerOpen) != 1 || CompletionText.Count(outside, CompletionText.AnswerClose) != 1)
            return null;
        int start = outside.IndexOf(CompletionText.AnswerOpen, StringComparison.Ordinal) + CompletionText.AnswerOpen.Length;
        int end = outside.IndexOf(CompletionText.AnswerClose, StringComparison.Ordinal);
        return end < start ? null : outside[start..end].Trim();
    }
}
