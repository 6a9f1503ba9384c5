using System.Text;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Loading.Records;

namespace PathVlm.MLNet.Data.Loading.Layouts;

/// <summary>
/// A row's options, however it writes them: a list, an object <c>{"A": text}</c>, a text (a list as JSON or Python prints it, a line or a
/// part between <c>|</c> each), or a column for each letter (<c>option_a</c>, <c>Choice A</c>, <c>A</c>).
/// </summary>
internal static class OptionCells
{
    private static readonly string[] ListNames = ["options", "choices"];
    private static readonly string[] LetterPrefixes = ["option_", "option ", "option", "choice_", "choice ", "choice", ""];

    /// <summary>Whether rows with these properties have options of their own.</summary>
    public static bool AreIn(DataValue row) => ListNames.Any(name => row[name] is not null) || Lettered(row).Length > 1;

    /// <summary>The options; none where the row has none; the field's fault where they cannot be read.</summary>
    public static (RawField Field, IReadOnlyList<string>? Texts) Of(DataValue row)
    {
        string? name = ListNames.FirstOrDefault(name => row[name] is { Kind: not DataValueKind.Null });
        if (name is null)
            return Columns(row);
        DataValue value = row[name]!;
        return value.Kind switch
        {
            DataValueKind.List => RawField.List(row, name),
            DataValueKind.Object => OfObject(name, value),
            DataValueKind.Text when value.Text is not null => (new RawField(name, ""), OfText(value.Text)),
            _ => (new RawField(name, null, $"is {value.Describe()}; expected a list of two or more texts"), null),
        };
    }

    private static (RawField Field, IReadOnlyList<string>? Texts) Columns(DataValue row)
    {
        string[] lettered = Lettered(row);
        if (lettered.Length < 2)
            return (new RawField("options", ""), []);
        List<string> texts = [];
        foreach (string head in lettered)
        {
            RawField field = RawField.Of(row, head);
            if (field.Fault is not null)
                return (field, null);
            texts.Add(field.Text?.Trim() ?? "");
        }
        // Letters after the last option are unused; a blank one between two options is a fault, or a letter would name another option.
        while (texts.Count > 0 && texts[^1].Length == 0)
            texts.RemoveAt(texts.Count - 1);
        return (new RawField($"{lettered[0]} …", ""), texts);
    }

    // The columns of letters A, B … in order, of the first way of naming them that the row has.
    private static string[] Lettered(DataValue row)
    {
        foreach (string prefix in LetterPrefixes)
        {
            string[] heads = [.. Enumerable.Range('A', 26).Select(letter => $"{prefix}{(char)letter}")
                .TakeWhile(head => row[head] is not null)];
            if (heads.Length > 1)
                return heads;
        }
        return [];
    }

    private static (RawField Field, IReadOnlyList<string>? Texts) OfObject(string name, DataValue value)
    {
        List<string> texts = [];
        foreach ((string key, DataValue option) in value.Properties.OrderBy(property => property.Key, StringComparer.OrdinalIgnoreCase))
        {
            string letter = ((char)('A' + texts.Count)).ToString();
            if (!key.Trim().Equals(letter, StringComparison.OrdinalIgnoreCase) || RawField.Of(name, option).Text is not string text)
                return (new RawField(name, null, $"has the entry [{key}]; expected the letters A, B, C … without a gap, each with a text"),
                    null);
            texts.Add(text);
        }
        return (new RawField(name, ""), texts);
    }

    private static IReadOnlyList<string> OfText(string text)
    {
        if (QuotedList(text.Trim()) is { } list)
            return list;
        string[] lines = Parts(text, '\n');
        return lines.Length > 1 && OptionLabels.OfRow([.. lines.Select(OptionLabels.Find)]) is not null ? lines : Parts(text, '|');
    }

    private static string[] Parts(string text, char between) =>
        text.Split(between, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // ["x", "y"] of JSON, ['x', "y's"] of Python, ['x' 'y'] of NumPy; null where the text is none of them.
    private static List<string>? QuotedList(string text)
    {
        if (text.Length < 2 || text[0] != '[' || text[^1] != ']')
            return null;
        List<string> items = [];
        int at = 1;
        while (true)
        {
            while (at < text.Length - 1 && (char.IsWhiteSpace(text[at]) || text[at] == ','))
                at++;
            if (at >= text.Length - 1)
                return items;
            if (text[at] is not ('\'' or '"') || Quoted(text, ref at) is not { } item)
                return null;
            items.Add(item);
        }
    }

    private static string? Quoted(string text, ref int at)
    {
        char quote = text[at++];
        StringBuilder item = new();
        for (; at < text.Length - 1; at++)
        {
            if (text[at] == quote)
            {
                at++;
                return item.ToString();
            }
            if (text[at] == '\\' && at + 1 < text.Length - 1)
                item.Append(text[++at] switch { 'n' => '\n', 't' => '\t', char other => other });
            else
                item.Append(text[at]);
        }
        return null;
    }
}
