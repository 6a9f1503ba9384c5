using PathVlm.MLNet.Data.Loading.Records;

namespace PathVlm.MLNet.Data.Loading.Layouts;

/// <summary>A field: its name in the file and its text; <paramref name="Fault"/> says what is wrong where it holds no text.</summary>
internal sealed record RawField(string Name, string? Text, string? Fault = null)
{
    /// <summary>A property of a row as a field: its text, or why it has none.</summary>
    public static RawField Of(DataValue row, string name) => row[name] is { Kind: not DataValueKind.Null } value
        ? Of(name, value)
        : new RawField(name, null);

    /// <summary>A value as a field.</summary>
    public static RawField Of(string name, DataValue value) =>
        value is { Kind: DataValueKind.Text or DataValueKind.Number, Text: string text }
            ? new RawField(name, text)
            : new RawField(name, null, $"is {value.Describe()}; expected a text");

    /// <summary>A property's text, empty where it is missing or no text.</summary>
    public static string TextOrEmpty(DataValue row, params IEnumerable<string> names) =>
        names.Select(name => Of(row, name).Text?.Trim() ?? "").FirstOrDefault(text => text.Length > 0) ?? "";

    /// <summary>A property that is a list of texts, or why it is none.</summary>
    public static (RawField Field, IReadOnlyList<string>? Texts) List(DataValue row, string name)
    {
        if (row[name] is not { Kind: not DataValueKind.Null } value)
            return (new RawField(name, null), null);
        if (value.Kind != DataValueKind.List)
            return (new RawField(name, null, $"is {value.Describe()}; expected a list of two or more texts"), null);
        var texts = new List<string>();
        foreach (DataValue entry in value.Items)
        {
            if (Of(name, entry).Text is not string text)
                return (new RawField(name, null, $"holds {entry.Describe()} at place {texts.Count + 1}; expected texts"), null);
            texts.Add(text);
        }
        return (new RawField(name, ""), texts);
    }
}
