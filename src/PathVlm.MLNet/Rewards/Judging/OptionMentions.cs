using System.Text.RegularExpressions;
using PathVlm.MLNet.Data;

namespace PathVlm.MLNet.Rewards.Judging;

/// <summary>Which options a normalised text names, by label ("option b", "b)") or by the option's own words.</summary>
internal static partial class OptionMentions
{
    /// <summary>Labels in the order of the options.</summary>
    internal static IEnumerable<string> In(string normalised, IReadOnlyList<string> options)
    {
        foreach (string option in options)
        {
            (string label, string text) = Split(option);
            string words = ReviewText.Normalised(text).TrimEnd('.');
            bool byText = words.Length > 2 && Regex.IsMatch(normalised, $@"(?<!\w){Regex.Escape(words)}(?:e?s)?(?!\w)");
            bool byLabel = Regex.IsMatch(normalised, $@"\b(?:option|choice|answer) \(?{label.ToLowerInvariant()}\b|(?<!\w)\(?{label.ToLowerInvariant()}\)(?!\w)");
            if (byText || byLabel) yield return label;
        }
    }

    /// <summary>The label that a judge's naming of an option means ("B", "B) text", "text"); null where it is none or several.</summary>
    internal static string? LabelNamed(string naming, IReadOnlyList<string> options)
    {
        string normalised = ReviewText.Normalised(naming).TrimEnd('.');
        string[] matches = [.. options.Select(Split)
            .Where(option => normalised.Equals(option.Label, StringComparison.OrdinalIgnoreCase)
                || normalised == ReviewText.Normalised(option.Text).TrimEnd('.')
                || LabelOf(naming) is { } label && label == option.Label && normalised.EndsWith(ReviewText.Normalised(option.Text).TrimEnd('.'), StringComparison.Ordinal))
            .Select(option => option.Label)];
        if (matches.Length == 1) return matches[0];
        if (matches.Length > 1 || BareLabel().Match(naming) is not { Success: true } bare) return null;
        string label = bare.Groups[1].Value.ToUpperInvariant();
        return options.Any(option => Split(option).Label == label) ? label : null;
    }

    /// <summary>Whether a sentence is a line of the option list copied.</summary>
    internal static bool StartsWithLabel(string sentence) => AnswerOptions.TrySplit(sentence, out _, out _) && char.IsAsciiLetterUpper(sentence.TrimStart()[0]);

    private static (string Label, string Text) Split(string option) =>
        AnswerOptions.TrySplit(option, out char label, out string text) ? (label.ToString(), text) : ("", text);

    private static string? LabelOf(string text) => AnswerOptions.TrySplit(text, out char label, out _) ? label.ToString() : null;

    [GeneratedRegex(@"^\s*(?:option\s+)?\(?([A-Za-z])\s*[).:]?\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex BareLabel();
}
