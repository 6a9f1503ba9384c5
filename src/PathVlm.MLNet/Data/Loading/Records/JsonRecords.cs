using System.Text.Json;

namespace PathVlm.MLNet.Data.Loading.Records;

/// <summary>
/// Rows of JSON files: a list of rows, <c>{split: [row]}</c>, <c>{subset: {split: [row]}}</c>; and of JSON lines, an object a line. Files
/// are read piece by piece.
/// </summary>
internal static class JsonRecords
{
    /// <summary>The rows of a JSON file.</summary>
    /// <exception cref="InvalidDataException">The file is no whole JSON document, or holds no lists of rows.</exception>
    public static IEnumerable<DataRecord> Read(string file, string? encoding)
    {
        using DecodedText text = TextFile.Open(file, encoding);
        var pieces = new JsonPieces(file, text);
        foreach ((string subset, string split) in Lists(pieces, file))
            for (int place = 1; pieces.NextEntry() is { } row; place++)
                using (row)
                    yield return Record(file, $"(place {place})", row.RootElement) with { Subset = subset, Split = split };
    }

    /// <summary>The rows of a file of JSON lines; blank lines count and are passed over.</summary>
    public static IEnumerable<DataRecord> ReadLines(string file, string? encoding)
    {
        using DecodedText text = TextFile.Open(file, encoding);
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
                Fault = $"is no whole JSON object: byte {(fault.BytePositionInLine ?? 0) + 1}: {JsonValues.Reason(fault)}",
            };
        }
    }

    private static DataRecord Record(string file, string name, JsonElement row)
    {
        DataValue value = JsonValues.Of(row, out string? fault);
        return new DataRecord(file, name, value)
        {
            Fault = value.Kind == DataValueKind.Object ? fault : $"is {value.Describe()}; expected an object",
        };
    }

    // The lists of rows; each is to be read to its end before the next one is asked for.
    private static IEnumerable<(string Subset, string Split)> Lists(JsonPieces pieces, string file)
    {
        (JsonTokenType token, DataValue value) = pieces.Next();
        if (token == JsonTokenType.StartArray)
        {
            yield return ("", "");
        }
        else
        {
            RequireObject(token, value, file, "the file");
            HashSet<string> outers = new(StringComparer.Ordinal);
            while (NameOf(pieces.Next(), file, "the file", outers) is { } outer)
            {
                (token, value) = pieces.Next();
                if (token == JsonTokenType.StartArray)
                {
                    yield return ("", outer);
                    continue;
                }

                RequireObject(token, value, file, $"[{outer}]");
                HashSet<string> inners = new(StringComparer.Ordinal);
                while (NameOf(pieces.Next(), file, $"[{outer}]", inners) is { } inner)
                {
                    (token, value) = pieces.Next();
                    if (token != JsonTokenType.StartArray)
                        throw new InvalidDataException($"{file}: [{outer}].[{inner}] is {value.Describe()}; expected a list of rows");
                    yield return (outer, inner);
                }
            }
        }

        pieces.Next(); // what stands after the document is refused
    }

    // Null at the end of the object.
    private static string? NameOf((JsonTokenType Token, DataValue Value) next, string file, string where, HashSet<string> names)
    {
        if (next.Token == JsonTokenType.EndObject) return null;
        string name = next.Value.Text ?? throw new InvalidDataException($"{file}: {where} has a name that holds half a surrogate pair");
        return names.Add(name) ? name : throw new InvalidDataException($"{file}: {where} has [{name}] twice; expected it once");
    }

    private static void RequireObject(JsonTokenType token, DataValue value, string file, string what)
    {
        if (token != JsonTokenType.StartObject)
            throw new InvalidDataException($"{file}: {what} is {value.Describe()}; expected subsets of splits, or splits of rows");
    }
}
