using System.Globalization;

namespace PathVlm.MLNet.Judging.Wording;

/// <summary>
/// Finds words and stems in a normalised text, by the word boundaries of .NET's regular expressions (joiners of no width apart), without
/// making an expression for each of them.
/// </summary>
internal static class WordSearch
{
    /// <summary>Whether a word of the text begins with the stem.</summary>
    internal static bool HasStem(string text, string stem) => Any(text, stem, (start, _) => BeginsWord(text, start));

    /// <summary>Whether the text holds the words, whole.</summary>
    internal static bool HasWords(string text, string words) =>
        Any(text, words, (start, end) => BeginsWord(text, start) && EndsWord(text, end));

    /// <summary>Whether the text holds the words, whole or in the plural (s, es).</summary>
    internal static bool HasWordsOrPlural(string text, string words) => Any(text, words, (start, end) => BeginsWord(text, start)
        && (EndsWord(text, end) || EndsWord(text, end, "s") || EndsWord(text, end, "es")));

    /// <summary>Whether something that passes occurs; told where each occurrence begins and ends.</summary>
    internal static bool Any(string text, string sought, Func<int, int, bool> passes)
    {
        for (int start = text.IndexOf(sought, StringComparison.Ordinal); start >= 0;
            start = text.IndexOf(sought, start + 1, StringComparison.Ordinal))
            if (passes(start, start + sought.Length)) return true;
        return false;
    }

    /// <summary>Whether no word goes on from before the place.</summary>
    internal static bool BeginsWord(string text, int start) => start == 0 || !IsWord(text[start - 1]);

    /// <summary>Whether no word goes on at the place, once <paramref name="suffix"/> is passed over.</summary>
    internal static bool EndsWord(string text, int end, string suffix = "") =>
        string.CompareOrdinal(text, end, suffix, 0, suffix.Length) == 0
        && (end + suffix.Length == text.Length || !IsWord(text[end + suffix.Length]));

    /// <summary>Whether a character is one of a word: a letter, a digit, a mark, a connector such as the underscore.</summary>
    internal static bool IsWord(char character) => char.IsLetterOrDigit(character)
        || char.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark or UnicodeCategory.ConnectorPunctuation;
}
