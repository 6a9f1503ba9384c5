namespace PathVlm.MLNet.Chat.Faults;

/// <summary>Makes one bounded line of a text that came from outside.</summary>
internal static class OneLine
{
    private const int MaxLength = 200;

    /// <summary>The text with runs of white space and control characters as one space, cut after 200 characters.</summary>
    internal static string From(string text)
    {
        string head = text.Length > 4 * MaxLength ? text[..(4 * MaxLength)] : text;
        string plain = new([.. head.Select(character => char.IsControl(character) ? ' ' : character)]);
        string line = string.Join(' ', plain.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (line.Length <= MaxLength) return line;
        int end = char.IsHighSurrogate(line[MaxLength - 1]) ? MaxLength - 1 : MaxLength;
        return line[..end] + "…";
    }
}
