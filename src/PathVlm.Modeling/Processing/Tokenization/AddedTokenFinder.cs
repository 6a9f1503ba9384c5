using System.Buffers;

namespace PathVlm.Modeling.Processing.Tokenization;

/// <summary>Finds added tokens in text: leftmost first, of those that start together the longest.</summary>
internal sealed class AddedTokenFinder
{
    private readonly AddedToken[] _tokens;
    private readonly SearchValues<string> _contents;

    public AddedTokenFinder(IEnumerable<AddedToken> tokens)
    {
        _tokens = [.. tokens.OrderByDescending(token => token.Content.Length)];
        _contents = SearchValues.Create([.. _tokens.Select(token => token.Content)], StringComparison.Ordinal);
    }

    /// <summary>
    /// The next token at or after <paramref name="start"/>, and the part of the text that it covers; null where there is none.
    /// </summary>
    public AddedToken? Next(ReadOnlySpan<char> text, int start, out Range range)
    {
        int from = start;
        while (_tokens.Length > 0 && text[from..].IndexOfAny(_contents) is int step and >= 0)
        {
            int position = from + step;
            AddedToken token = LongestAt(text[position..]);
            int end = position + token.Content.Length;
            if (token.IsSingleWord && (TouchesWord(text, position - 1) || TouchesWord(text, end)))
            {
                from = end;
                continue;
            }

            if (token.TakesLeft) position -= text[start..position].Length - text[start..position].TrimEnd().Length;
            if (token.TakesRight) end += text[end..].Length - text[end..].TrimStart().Length;
            range = position..end;
            return token;
        }

        range = default;
        return null;
    }

    private AddedToken LongestAt(ReadOnlySpan<char> text)
    {
        foreach (AddedToken token in _tokens)
            if (text.StartsWith(token.Content, StringComparison.Ordinal)) return token;
        throw new InvalidOperationException("a token was found and is not there");
    }

    private static bool TouchesWord(ReadOnlySpan<char> text, int index) =>
        index >= 0 && index < text.Length && (char.IsLetterOrDigit(text[index]) || text[index] == '_');
}
