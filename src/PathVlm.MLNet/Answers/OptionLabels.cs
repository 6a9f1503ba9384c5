namespace PathVlm.MLNet.Answers;

/// <summary>How a label is written before an option's text.</summary>
internal enum LabelShape
{
    /// <summary><c>A) text</c>.</summary>
    Bracket,

    /// <summary><c>A) text</c> with a full-width bracket.</summary>
    WideBracket,

    /// <summary><c>(A) text</c>, with brackets of either width.</summary>
    Enclosed,

    /// <summary><c>A. text</c>.</summary>
    Dot,

    /// <summary><c>A: text</c>, with a colon of either width.</summary>
    Colon,

    /// <summary><c>A、text</c>.</summary>
    IdeographicComma,

    /// <summary><c>A - text</c>: a hyphen or dash between two white spaces.</summary>
    Dash,
}

/// <summary>What looks like a label at the head of an option.</summary>
/// <param name="Shape">How it is written.</param>
/// <param name="Letter">Its letter, a capital A-Z.</param>
/// <param name="Text">What follows it, trimmed.</param>
internal readonly record struct OptionLabel(LabelShape Shape, char Letter, string Text)
{
    /// <summary>Whether the shape has a bracket, with which no option's own text begins.</summary>
    public bool HasBracket => Shape is LabelShape.Bracket or LabelShape.WideBracket or LabelShape.Enclosed;
}

/// <summary>Finds labels: one letter, then a mark (white space between the two is allowed), or a letter in brackets.</summary>
internal static class OptionLabels
{
    /// <summary>The labels of a row, where all its options carry them, A, B, C … in order, in one shape; null otherwise.</summary>
    public static OptionLabel[]? OfRow(IReadOnlyList<OptionLabel?> found) =>
        found.Count > 0 && found.All(label => label is not null && label.Value.Shape == found[0]!.Value.Shape)
        && found.Select((label, place) => label!.Value.Letter == 'A' + place).All(inPlace => inPlace)
            ? [.. found.Select(label => label!.Value)]
            : null;

    /// <summary>What looks like a label at the head of an option; null where nothing does.</summary>
    public static OptionLabel? Find(string option)
    {
        string text = option.Trim();
        if (text.Length < 2)
            return null;
        return text[0] is '(' or '（' ? FindEnclosed(text) : FindMarked(text);
    }

    private static OptionLabel? FindEnclosed(string text)
    {
        int letter = SkipSpace(text, 1);
        if (letter == text.Length || !char.IsAsciiLetter(text[letter]))
            return null;
        int close = SkipSpace(text, letter + 1);
        return close < text.Length && text[close] is ')' or '）'
            ? Label(LabelShape.Enclosed, text[letter], text[(close + 1)..])
            : null;
    }

    private static OptionLabel? FindMarked(string text)
    {
        if (!char.IsAsciiLetter(text[0]))
            return null;
        int mark = SkipSpace(text, 1);
        if (mark == text.Length)
            return null;
        string rest = text[(mark + 1)..];
        return text[mark] switch
        {
            ')' => Label(LabelShape.Bracket, text[0], rest),
            '）' => Label(LabelShape.WideBracket, text[0], rest),
            '.' => Label(LabelShape.Dot, text[0], rest),
            ':' or '：' => Label(LabelShape.Colon, text[0], rest),
            '、' => Label(LabelShape.IdeographicComma, text[0], rest),
            '-' or '–' or '—' when mark > 1 && rest.Length > 0 && char.IsWhiteSpace(rest[0]) => Label(LabelShape.Dash, text[0], rest),
            _ => null,
        };
    }

    private static OptionLabel Label(LabelShape shape, char letter, string text) => new(shape, char.ToUpperInvariant(letter), text.Trim());

    private static int SkipSpace(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
        return at;
    }
}
