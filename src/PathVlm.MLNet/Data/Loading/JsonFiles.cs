using System.Text.Json;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Data.Loading;

/// <summary>JSON files with errors that name the file and the place.</summary>
internal static class JsonFiles
{
    private const long LargestFile = 2L << 30;

    /// <summary>Reads a whole file; the caller disposes the document.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no whole JSON document.</exception>
    public static JsonDocument Read(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"file [{path}] does not exist", path);
        using FileStream stream = InputFile.OpenStream(path, LargestFile);
        try
        {
            return JsonDocument.Parse(stream);
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path}: {Describe(fault)}", fault);
        }
    }

    /// <summary>Where a JSON text goes wrong and how.</summary>
    public static string Describe(JsonException fault)
    {
        string reason = fault.Message.Split(" LineNumber:")[0];
        return fault.LineNumber is long line
            ? $"is no whole JSON document: line {line + 1}, byte {fault.BytePositionInLine + 1}: {reason}"
            : $"is no whole JSON document: {reason}";
    }

    /// <summary>A property as a field: its text, or why it has none.</summary>
    public static RawField Field(JsonElement row, string name)
    {
        if (!row.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            return new RawField(name, null);
        return Text(value) is string text ? new RawField(name, text) : new RawField(name, null, $"is {Describe(value)}; expected a text");
    }

    /// <summary>A property's text, empty where it is missing or no text.</summary>
    public static string TextOrEmpty(JsonElement row, string name) => Field(row, name).Text ?? "";

    /// <summary>A property that is a list of texts, or why it is none.</summary>
    public static (RawField Field, IReadOnlyList<string>? Texts) List(JsonElement row, string name)
    {
        if (!row.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
            return (new RawField(name, null), null);
        if (value.ValueKind != JsonValueKind.Array)
            return (new RawField(name, null, $"is {Describe(value)}; expected a list of two or more texts"), null);
        var texts = new List<string>();
        foreach (JsonElement entry in value.EnumerateArray())
        {
            if (Text(entry) is not string text)
                return (new RawField(name, null, $"holds {Describe(entry)} at place {texts.Count + 1}; expected texts"), null);
            texts.Add(text);
        }
        return (new RawField(name, ""), texts);
    }

    /// <summary>What a value is, for a message.</summary>
    public static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.Null => "null",
        JsonValueKind.String => $"the text [{value}]",
        JsonValueKind.Number => $"the number {value}",
        _ => value.ToString().ToLowerInvariant(),
    };

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => StringOf(value),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
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
