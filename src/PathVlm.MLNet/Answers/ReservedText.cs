using System.Text.RegularExpressions;

namespace PathVlm.MLNet.Answers;

/// <summary>Texts that the formats of completions and of the chat give a meaning: tags and control tokens.</summary>
internal static partial class ReservedText
{
    /// <summary>The tags of completions.</summary>
    public static IReadOnlyList<string> Tags { get; } =
        [CompletionText.ThinkOpen, CompletionText.ThinkClose, CompletionText.AnswerOpen, CompletionText.AnswerClose];

    /// <summary>A tag of completions that stands in a text; null where there is none.</summary>
    public static string? TagIn(string text) => Tags.FirstOrDefault(tag => text.Contains(tag, StringComparison.Ordinal));

    /// <summary>A tag of completions that stands in a text more than once; null where there is none.</summary>
    public static string? RepeatedTagIn(string text) => Tags.FirstOrDefault(tag => CompletionText.Count(text, tag) > 1);

    /// <summary>A control token that is written in a text, such as <c>&lt;|im_end|&gt;</c>; null where there is none.</summary>
    public static string? ControlTokenIn(string text) =>
        text.Contains("<|", StringComparison.Ordinal) && ControlToken().Match(text) is { Success: true } found ? found.Value : null;

    [GeneratedRegex(@"<\|[A-Za-z0-9_]{1,64}\|>", RegexOptions.CultureInvariant)]
    private static partial Regex ControlToken();
}
