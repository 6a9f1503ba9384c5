namespace PathVlm.MLNet.Answers;

/// <summary>Pairs that a model writes around an answer: bold, backticks, $, \boxed{}, \text{}, brackets, quotes; also nested.</summary>
internal static class EnclosingPairs
{
    private const int MostLevels = 64;

    private static readonly string[] Commands = [@"\boxed{", @"\text{", @"\textbf{", @"\mathbf{"];

    /// <summary>The text with every enclosing pair peeled, from the outside.</summary>
    public static string PeelAll(string text) => Levels(text).Last();

    /// <summary>The text, then the text with one pair peeled, with two …</summary>
    public static IEnumerable<string> Levels(string text)
    {
        string level = text.Trim();
        yield return level;
        for (int count = 0; count < MostLevels && TryPeel(level, out level); count++)
            yield return level;
    }

    // One pair; punctuation at the end does not keep a pair from enclosing ("**B**.").
    private static bool TryPeel(string text, out string inner)
    {
        if (TryPeelExact(text, out inner))
            return true;
        string bare = text.TrimEnd('.', ',', ';', ':', '!', '?', ' ');
        if (bare.Length < text.Length && TryPeelExact(bare, out inner))
            return true;
        inner = text;
        return false;
    }

    private static bool TryPeelExact(string text, out string inner)
    {
        inner = text;
        if (text.Length < 2)
            return false;
        foreach (string command in Commands)
            if (text.StartsWith(command, StringComparison.Ordinal))
                return TryPeelBracket(text, command.Length, '{', '}', out inner);
        return text[0] switch
        {
            '*' or '_' => TryPeelRun(text, 2, out inner),
            '`' or '$' or '"' => TryPeelRun(text, 1, out inner),
            '\'' => TryPeelQuote(text, '\'', out inner),
            '‘' => TryPeelQuote(text, '’', out inner),
            '“' => TryPeelBracket(text, 1, '“', '”', out inner),
            '«' => TryPeelBracket(text, 1, '«', '»', out inner),
            '(' => TryPeelBracket(text, 1, '(', ')', out inner),
            '[' => TryPeelBracket(text, 1, '[', ']', out inner),
            '{' => TryPeelBracket(text, 1, '{', '}', out inner),
            '<' => TryPeelBracket(text, 1, '<', '>', out inner),
            '「' => TryPeelBracket(text, 1, '「', '」', out inner),
            '『' => TryPeelBracket(text, 1, '『', '』', out inner),
            '【' => TryPeelBracket(text, 1, '【', '】', out inner),
            '《' => TryPeelBracket(text, 1, '《', '》', out inner),
            _ => false,
        };
    }

    // The pair encloses where the first opening is closed by the last letter and not before.
    private static bool TryPeelBracket(string text, int start, char open, char close, out string inner)
    {
        inner = text;
        int depth = 1;
        for (int at = start; at < text.Length; at++)
        {
            if (text[at] == close && --depth == 0)
            {
                if (at != text.Length - 1)
                    return false;
                inner = text[start..^1].Trim();
                return true;
            }
            if (text[at] == open)
                depth++;
        }
        return false;
    }

    // The same run of marks at both ends and none between, so that "**A** or **B**" stays.
    private static bool TryPeelRun(string text, int shortest, out string inner)
    {
        inner = text;
        char mark = text[0];
        int run = 1;
        while (run < text.Length && text[run] == mark)
            run++;
        if (run == text.Length)
        {
            if (run % 2 != 0 || run < 2 * shortest)
                return false;
            inner = "";
            return true;
        }
        string between = text.Length > 2 * run ? text[run..^run] : "";
        if (run < shortest || between.Length == 0 || !text.EndsWith(new string(mark, run), StringComparison.Ordinal)
            || between.Contains(new string(mark, shortest), StringComparison.Ordinal) || between[^1] == mark)
            return false;
        inner = between.Trim();
        return true;
    }

    // Single quotes: one between two letters is an apostrophe and closes nothing.
    private static bool TryPeelQuote(string text, char close, out string inner)
    {
        inner = text;
        if (text[^1] != close)
            return false;
        for (int at = 1; at < text.Length - 1; at++)
            if (text[at] == close && !(char.IsLetter(text[at - 1]) && char.IsLetter(text[at + 1])))
                return false;
        inner = text[1..^1].Trim();
        return true;
    }
}
