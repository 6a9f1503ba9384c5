using System.Text.Json;

namespace PathVlm.MLNet.Data.Loading.Records;

/// <summary>Values of JSON as values of rows, with what is wrong in them.</summary>
internal static class JsonValues
{
    private const string HalfPair = "holds half a surrogate pair; expected Unicode text";

    /// <summary>A value and all that it holds.</summary>
    /// <param name="value">The value.</param>
    /// <param name="fault">
    /// The first property that stands twice in its object, or text that cannot be held; null where there is none.
    /// </param>
    public static DataValue Of(JsonElement value, out string? fault)
    {
        fault = null;
        return Of(value, "", ref fault);
    }

    /// <summary>The token that a reader stands on: the value of a text, number or truth value, or the name of a property.</summary>
    public static DataValue Of(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String or JsonTokenType.PropertyName:
                try
                {
                    return DataValue.OfText(reader.GetString());
                }
                catch (InvalidOperationException) // half a surrogate pair, which JSON can write and a text cannot hold
                {
                    return DataValue.OfText(null);
                }

            case JsonTokenType.Number:
                return DataValue.OfNumber(System.Text.Encoding.UTF8.GetString(reader.ValueSpan));
            case JsonTokenType.True or JsonTokenType.False:
                return DataValue.OfBoolean(reader.TokenType == JsonTokenType.True);
            case JsonTokenType.StartArray:
                return DataValue.OfList([]);
            case JsonTokenType.StartObject:
                return DataValue.OfObject([]);
            default:
                return DataValue.Null;
        }
    }

    /// <summary>What is wrong with a document, without its place.</summary>
    public static string Reason(JsonException fault) => fault.Message.Split(" LineNumber:")[0];

    private static DataValue Of(JsonElement value, string path, ref string? fault)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return DataValue.OfText(TextOf(value, path, ref fault));
            case JsonValueKind.Number:
                return DataValue.OfNumber(value.GetRawText());
            case JsonValueKind.True or JsonValueKind.False:
                return DataValue.OfBoolean(value.GetBoolean());
            case JsonValueKind.Array:
                List<DataValue> items = new(value.GetArrayLength());
                foreach (JsonElement item in value.EnumerateArray()) items.Add(Of(item, path, ref fault));
                return DataValue.OfList(items);
            case JsonValueKind.Object:
                return OfObject(value, path, ref fault);
            default:
                return DataValue.Null;
        }
    }

    private static DataValue OfObject(JsonElement value, string path, ref string? fault)
    {
        List<KeyValuePair<string, DataValue>> properties = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (NameOf(property) is not { } name)
            {
                fault ??= $"{(path.Length > 0 ? $"[{path}]" : "")} has a property whose name {HalfPair}".TrimStart();
                continue;
            }

            string place = path.Length > 0 ? $"{path}.{name}" : name;
            if (!names.Add(name)) fault ??= $"has the property [{place}] twice; expected it once";
            properties.Add(KeyValuePair.Create(name, Of(property.Value, place, ref fault)));
        }

        return DataValue.OfObject(properties);
    }

    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string? TextOf(JsonElement value, string path, ref string? fault)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            fault ??= $"{(path.Length > 0 ? $"[{path}] " : "")}{HalfPair}";
            return null;
        }
    }
}
