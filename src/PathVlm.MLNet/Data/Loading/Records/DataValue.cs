using System.Globalization;

namespace PathVlm.MLNet.Data.Loading.Records;

/// <summary>A value of a set as its file holds it, whatever the file's kind (JSON, CSV, Parquet).</summary>
public sealed class DataValue
{
    private DataValue(DataValueKind kind) => Kind = kind;

    /// <summary>Nothing.</summary>
    public static DataValue Null { get; } = new(DataValueKind.Null);

    /// <summary>What it is.</summary>
    public DataValueKind Kind { get; }

    /// <summary>
    /// The text, or the number or truth value as it is written; null for other kinds, and for a text that cannot be held (half a surrogate
    /// pair).
    /// </summary>
    public string? Text { get; private init; }

    /// <summary>The entries of a list; empty for other kinds.</summary>
    public IReadOnlyList<DataValue> Items { get; private init; } = [];

    /// <summary>The properties of an object, in their order; empty for other kinds.</summary>
    public IReadOnlyList<KeyValuePair<string, DataValue>> Properties { get; private init; } = [];

    /// <summary>The bytes; empty for other kinds.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private init; }

    /// <summary>The file that the bytes were moved to, so that a set's pictures are not in memory; null where they were not.</summary>
    internal string? StoredFile { get; private init; }

    /// <summary>A text.</summary>
    /// <param name="text">The text; null for one that cannot be held.</param>
    public static DataValue OfText(string? text) => new(DataValueKind.Text) { Text = text };

    /// <summary>A number.</summary>
    /// <param name="written">The number as it is written.</param>
    public static DataValue OfNumber(string written) => new(DataValueKind.Number) { Text = written };

    /// <summary>True or false.</summary>
    /// <param name="value">Which.</param>
    public static DataValue OfBoolean(bool value) => new(DataValueKind.Boolean) { Text = value ? "true" : "false" };

    /// <summary>A list.</summary>
    /// <param name="items">Its entries.</param>
    public static DataValue OfList(IReadOnlyList<DataValue> items) => new(DataValueKind.List) { Items = items };

    /// <summary>An object.</summary>
    /// <param name="properties">Its properties, in their order.</param>
    public static DataValue OfObject(IReadOnlyList<KeyValuePair<string, DataValue>> properties) =>
        new(DataValueKind.Object) { Properties = properties };

    /// <summary>Bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    public static DataValue OfBytes(ReadOnlyMemory<byte> bytes) => new(DataValueKind.Bytes) { Bytes = bytes };

    internal static DataValue OfStored(string file) => new(DataValueKind.Bytes) { StoredFile = file };

    /// <summary>
    /// The property of a name: the exact one, else one that differs in case or white space around it; null where there is none.
    /// </summary>
    /// <param name="name">The name.</param>
    public DataValue? this[string name]
    {
        get
        {
            DataValue? similar = null;
            foreach ((string key, DataValue value) in Properties)
            {
                if (key == name)
                    return value;
                if (similar is null && key.AsSpan().Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                    similar = value;
            }
            return similar;
        }
    }

    /// <summary>What it is, for a message.</summary>
    public string Describe() => Kind switch
    {
        DataValueKind.Null => "null",
        DataValueKind.Text => $"the text [{Text}]",
        DataValueKind.Number => $"the number {Text}",
        DataValueKind.Boolean => Text!,
        DataValueKind.List => "a list",
        DataValueKind.Bytes when StoredFile is not null => "bytes",
        DataValueKind.Bytes => string.Create(CultureInfo.InvariantCulture, $"{Bytes.Length:N0} bytes"),
        _ => "an object",
    };
}
