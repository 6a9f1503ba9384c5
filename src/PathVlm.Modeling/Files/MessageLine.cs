namespace PathVlm.Modeling.Files;

/// <summary>Bounds the messages about a file: one line of at most 300 characters, whatever the file holds.</summary>
internal static class MessageLine
{
    /// <summary>Most characters of a line; a path that leaves less than <see cref="Least"/> of them makes the line longer.</summary>
    public const int Longest = 300;

    private const int Least = 120, LongestValue = 60;

    /// <summary>A value from a file, for a message: control characters and lone surrogates as '?', cut after 60 characters.</summary>
    public static string Value(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Cut(Plain(value.Length > LongestValue * 2 ? value[..(LongestValue * 2)] : value), LongestValue);
    }

    /// <summary>A line about one fault of a file.</summary>
    /// <param name="location">Path of the file, or its name in messages.</param>
    /// <param name="fault">What is wrong, with its full stop.</param>
    public static string Of(string location, string fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        int room = RoomAfter(location);
        return $"{location}: {Cut(Plain(fault.Length > room * 2 ? fault[..(room * 2)] : fault), room)}";
    }

    /// <summary>A line about several faults: as many as there is room for, and how many more there are.</summary>
    /// <param name="location">Path of the file or folder.</param>
    /// <param name="faults">The faults, without full stops.</param>
    public static string Of(string location, IReadOnlyList<string> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        int room = RoomAfter(location);
        string told = Join(faults, "; ", room);
        return $"{location}: {told}.";
    }

    /// <summary>As many of the items as there is room for, and how many more there are.</summary>
    public static string Join(IReadOnlyList<string> items, string separator, int room)
    {
        ArgumentNullException.ThrowIfNull(items);
        const int More = 16;
        System.Text.StringBuilder line = new();
        for (int index = 0; index < items.Count; index++)
        {
            string before = index == 0 ? "" : separator;
            int left = room - line.Length - before.Length - (index == items.Count - 1 ? 1 : More);
            if (index > 0 && items[index].Length > left)
                return line.Append(System.Globalization.CultureInfo.InvariantCulture, $" and {items.Count - index} more").ToString();
            line.Append(before).Append(Cut(Plain(items[index].Length > room * 2 ? items[index][..(room * 2)] : items[index]), left));
        }

        return line.ToString();
    }

    /// <summary>The room that a location leaves on its line.</summary>
    public static int RoomAfter(string location)
    {
        ArgumentNullException.ThrowIfNull(location);
        return Math.Max(Least, Longest - location.Length - 2);
    }

    private static string Plain(string text)
    {
        bool isPlain = true;
        foreach (char character in text) isPlain &= !char.IsControl(character) && !char.IsSurrogate(character);
        if (isPlain) return text;
        System.Text.StringBuilder plain = new(text.Length);
        foreach (System.Text.Rune rune in text.EnumerateRunes())
            plain.Append(System.Text.Rune.IsControl(rune) || rune == System.Text.Rune.ReplacementChar ? "?" : rune.ToString());
        return plain.ToString();
    }

    private static string Cut(string text, int most)
    {
        if (text.Length <= most) return text;
        int end = Math.Max(1, most - 1);
        return text[..(char.IsHighSurrogate(text[end - 1]) ? end - 1 : end)] + "…";
    }
}
