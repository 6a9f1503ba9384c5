using System.Text.Json;

namespace PathVlm.MLNet.Data.Loading.Records;

/// <summary>
/// Rows of JSON files: a list of rows, <c>{split: [row]}</c>, <c>{subset: {split: [row]}}</c>; and of JSON lines, an object a line.
/// </summary>
internal static class JsonRecords
{
    /// <summary>The rows of a JSON file.</summary>
    /// <exception cref="InvalidDataException">The file is no whole JSON document, or holds no lists of rows.</exception>
    public static IEnumerable<DataRecord> Read(string file, string? encoding)
    {
        using JsonDocument document = Parse(file, TextFile.Read(file, encoding));
        foreach ((string subset, string split, JsonElement rows) in Lists(document.RootElement, file))
        {
            int place = 0;
            foreach (JsonElement row in rows.EnumerateArray())
            {
                place++;
                yield return Record(file, $"(place {place})", row) with { Subset = subset, Split = split };
            }
        }
    }

    /// <summary>The rows of a file of JSON lines; blank lines count and are passed over.</summary>
    public static IEnumerable<DataRecord> ReadLines(string file, string? encoding)
    {
        using var text = new StringReader(TextFile.Read(file, encoding));
        int number = 0;
        while (text.ReadLine() is { } line)
        {
            string name = $"line {++number}";
            if (!string.IsNullOrWhiteSpace(line))
                yield return Line(file, name, line);
        }
    }

    private static DataRecord Line(string file, string name, string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return Record(file, name, document.RootElement);
        }
        catch (JsonException fault)
        {
            return new DataRecord(file, name, DataValue.Null)
            {
                Fault = $"is no whole JSON object: byte {(fault.BytePositionInLine ?? 0) + 1}: {Reason(fault)}",
            };
        }
    }

    private static DataRecord Record(string file, string name, JsonElement row)
    {
        DataValue value = ValueOf(row);
        return new DataRecord(file, name, value)
        {
            Fault = value.Kind == DataValueKind.Object ? null : $"is {value.Describe()}; expected an object",
        };
    }

    private static JsonDocument Parse(string file, string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException fault)
        {
            string place = fault.LineNumber is long line ? $"line {line + 1}, byte {fault.BytePositionInLine + 1}: " : "";
            throw new InvalidDataException($"{file}: is no whole JSON document: {place}{Reason(fault)}", fault);
        }
    }

    private static string Reason(JsonException fault) => fault.Message.Split(" LineNumber:")[0];

    private static IEnumerable<(string Subset, string Split, JsonElement Rows)> Lists(JsonElement root, string file)
    {
        if (root.ValueKind == JsonValueKind.Array)
        {
            yield return ("", "", root);
            yield break;
        }
        foreach (JsonProperty outer in Properties(root, file, "the file"))
        {
            if (outer.Value.ValueKind == JsonValueKind.Array)
            {
                yield return ("", outer.Name, outer.Value);
                continue;
            }
            foreach (JsonProperty inner in Properties(outer.Value, file, $"[{outer.Name}]"))
            {
                if (inner.Value.ValueKind != JsonValueKind.Array)
                    throw new InvalidDataException(
                        $"{file}: [{outer.Name}].[{inner.Name}] is {ValueOf(inner.Value).Describe()}; expected a list of rows");
                yield return (outer.Name, inner.Name, inner.Value);
            }
        }
    }

    private static JsonElement.ObjectEnumerator Properties(JsonElement value, string file, string what) =>
        value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject()
            : throw new InvalidDataException(
                $"{file}: {what} is {ValueOf(value).Describe()}; expected subsets of splits, or splits of rows");

    private static DataValue ValueOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => DataValue.OfText(StringOf(value)),
        JsonValueKind.Number => DataValue.OfNumber(value.GetRawText()),
        JsonValueKind.True or JsonValueKind.False => DataValue.OfBoolean(value.GetBoolean()),
        JsonValueKind.Array => DataValue.OfList([.. value.EnumerateArray().Select(ValueOf)]),
        JsonValueKind.Object => DataValue.OfObject(
            [.. value.EnumerateObject().Select(property => KeyValuePair.Create(property.Name, ValueOf(property.Value)))]),
        _ => DataValue.Null,
    };

    private static string? StringOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException) // half a surrogate pair, which JSON can write and a text cannot hold
        {
            return null;
        }
    }
}
