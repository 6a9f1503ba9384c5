using System.Text.Json;
using System.Text.Unicode;

namespace PathVlm.Modeling.Files;

/// <summary>
/// Reads JSON as RFC 8259 has it: no comments, no trailing commas, no property named twice. A fault names the file, the line and the byte.
/// </summary>
internal static class StrictJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false };

    /// <summary>Reads a text that holds one object.</summary>
    /// <param name="json">UTF-8 text; a byte order mark at its start is a fault.</param>
    /// <param name="file">Name of the text in messages.</param>
    /// <returns>The document; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">The text is not JSON, is not an object or names a property twice.</exception>
    public static JsonDocument ParseObject(ReadOnlyMemory<byte> json, string file)
    {
        // .NET looks at the bytes of a text only where the text is asked for, and then throws what a reader of files does not expect.
        if (!Utf8.IsValid(json.Span))
            throw new InvalidDataException($"{file}: expected a JSON document in UTF-8, got bytes that are no text.");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, Options);
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException)
        {
            // .NET tells half a surrogate pair in a property's name so, while it looks for names that repeat.
            throw new InvalidDataException($"{file}: expected valid Unicode text, got half a surrogate pair.", fault);
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException(MessageLine.Of(file, Describe(fault)), fault);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            RequireUnicode(document, json.Span, file);
            return document;
        }

        using (document)
            throw new InvalidDataException(MessageLine.Of(file, $"expected a JSON object, got {Describe(document.RootElement)}."));
    }

    /// <summary>Half a surrogate pair can only be written as an escape; only then every text is looked at.</summary>
    private static void RequireUnicode(JsonDocument document, ReadOnlySpan<byte> json, string file)
    {
        if (json.IndexOf("\\uD"u8) < 0 && json.IndexOf("\\ud"u8) < 0)
            return;
        try
        {
            Utf8JsonReader reader = new(json);
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                    reader.GetString();
            }
        }
        catch (InvalidOperationException fault)
        {
            document.Dispose();
            throw new InvalidDataException($"{file}: expected valid Unicode text, got half a surrogate pair.", fault);
        }
    }

    /// <summary>Where a text stops being JSON, and why.</summary>
    public static string Describe(JsonException fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        string reason = fault.Message.Split(" LineNumber:")[0];
        return fault.LineNumber is { } line
            ? $"expected a JSON document, got a fault at line {line + 1}, byte {fault.BytePositionInLine + 1}: {reason}"
            : $"expected a JSON document: {reason}";
    }

    /// <summary>A value for a message: an object by its kind, anything else as it is written, up to 80 characters.</summary>
    public static string Describe(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object)
            return "an object";
        string text = value.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= 80 ? text : text[..80] + "...";
    }
}
