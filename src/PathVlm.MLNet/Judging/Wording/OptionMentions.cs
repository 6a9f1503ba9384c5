using System.Text.RegularExpressions;
using PathVlm.MLNet.Answers;

namespace PathVlm.MLNet.Judging.Wording;

/// <summary>Which options of a question a text names, by label ("option b", "b)") or by the option's own words.</summary>
internal sealed partial class OptionMentions
{
    private static readonly string[] Nouns = ["option ", "choice ", "answer "];
    private readonly (string Label, string LowerLabel, string Words)[] _options;

    /// <summary>Prepares the options, whose words are the same for every sentence.</summary>
    internal OptionMentions(IReadOnlyList<string> options) => _options = [.. options.Select(option =>
    {
        (string label, string text) = Split(option);
        return (label, label.ToLowerInvariant(), ReviewText.Normalised(text).TrimEnd('.'));
    })];

    /// <summary>Labels of the options that a normalised text names, in the order of the options.</summary>
    internal IEnumerable<string> In(string normalised)
    {
        foreach ((string label, string lowerLabel, string words) in _options)
            if (words.Length > 2 && WordSearch.HasWordsOrPlural(normalised, words)
                || lowerLabel.Length > 0 && NamesLabel(normalised, lowerLabel))
                yield return label;
    }

    /// <summary>The label that a judge's naming of an option means ("B", "B) text", "text"); null where it means none or several.</summary>
    internal string? LabelNamed(string naming)
    {
        string normalised = ReviewText.Normalised(naming).TrimEnd('.');
        string? named = LabelOf(naming);
        string[] matches = [.. _options
            .Where(option => normalised.Equals(option.Label, StringComparison.OrdinalIgnoreCase) || normalised == option.Words
                || named is not null && named == option.Label && normalised.EndsWith(option.Words, StringComparison.Ordinal))
            .Select(option => option.Label)];
        if (matches.Length == 1) return matches[0];
        if (matches.Length > 1 || BareLabel().Match(naming) is not { Success: true } bare) return null;
        string label = bare.Groups[1].Value.ToUpperInvariant();
        return _options.Any(option => option.Label == label) ? label : null;
    }

    /// <summary>Whether a sentence is a line of the option list copied.</summary>
    internal static bool StartsWithLabel(string sentence) =>
        AnswerOptions.TrySplit(sentence, out _, out _) && char.IsAsciiLetterUpper(sentence.TrimStart()[0]);

    // "option b", "option (b", or "b)", "(b)" standing by itself.
    private static bool NamesLabel(string text, string label) =>
        Nouns.Any(noun => WordSearch.Any(text, noun, (start, end) => WordSearch.BeginsWord(text, start)
            && (IsLabel(text, end, label) || end < text.Length && text[end] == '(' && IsLabel(text, end + 1, label))))
        || WordSearch.Any(text, label + ")", (start, end) => WordSearch.BeginsWord(text, start) && WordSearch.EndsWord(text, end));

    private static bool IsLabel(string text, int at, string label) => WordSearch.EndsWord(text, at, label);

    private static (string Label, string Text) Split(string option) =>
        AnswerOptions.TrySplit(option, out char label, out string text) ? (label.ToString(), text) : ("", text);

    private static string? LabelOf(string text) => AnswerOptions.TrySplit(text, out char label, out _) ? label.ToString() : null;

    [GeneratedRegex(@"^\s*(?:option\s+)?\(?([A-Za-z])\s*[).:]?\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex BareLabel();
}
