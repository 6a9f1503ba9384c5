using System.Text.Json;

namespace PathVlm.Serving.Protocol;

/// <summary>Reads the fields of a request's JSON object; a field of another kind than expected is a fault that names it.</summary>
internal static class JsonFields
{
    private const int LongestShown = 40;

    /// <summary>The field; null where it is absent or null.</summary>
    public static JsonElement? Find(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A number; null where there is none.</summary>
    public static float? Number(JsonElement owner, string name)
    {
        if (Find(owner, name) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out float number) && float.IsFinite(number)
            ? number : throw Fault(name, "a number", value);
    }

    /// <summary>A whole number; null where there is none.</summary>
    public static int? Whole(JsonElement owner, string name)
    {
        if (Find(owner, name) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number)
            ? number : throw Fault(name, "a whole number", value);
    }

    /// <summary>A whole number of 64 bits; null where there is none.</summary>
    public static long? Long(JsonElement owner, string name)
    {
        if (Find(owner, name) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number)
            ? number : throw Fault(name, "a whole number", value);
    }

    /// <summary>True or false; false where there is none.</summary>
    public static bool Flag(JsonElement owner, string name)
    {
        if (Find(owner, name) is not { } value) return false;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean() : throw Fault(name, "true or false", value);
    }

    /// <summary>A text.</summary>
    public static string Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String ? Unescaped(value, name) : throw Fault(name, "a text", value);

    /// <summary>A fault about a field.</summary>
    public static RequestFaultException Fault(string name, string expected, JsonElement value) =>
        new(400, $"{name}: expected {expected}, got {Show(value)}", name.Split('[', '.')[0], "invalid_type");

    // What is shown of a value is short, and never a text of the conversation.
    private static string Show(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "a text",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.Null => "null",
        _ => value.GetRawText() is { Length: <= LongestShown } text ? text : "a number of many digits",
    };

    // A text may hold escapes that are no characters, such as half of a surrogate pair.
    private static string Unescaped(JsonElement value, string name)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new RequestFaultException(
                400, $"{name}: expected a text in UTF-8, got one that is not", name.Split('[', '.')[0], "invalid_value");
        }
    }
}
