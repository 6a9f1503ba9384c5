using System.Globalization;
using System.Text.Json;
using PathVlm.MLNet.Data.Loading.Records;

namespace PathVlm.Parquet;

/// <summary>Columns of whole numbers that stand for classes, as Hugging Face's metadata names them (feature <c>ClassLabel</c>).</summary>
internal sealed class ClassNames
{
    private const string Key = "huggingface", LabelType = "ClassLabel";
    private readonly Dictionary<string, string[]> _names = new(StringComparer.Ordinal);

    /// <summary>The classes of a file's metadata; none where it has none or they cannot be read.</summary>
    public static ClassNames Of(IReadOnlyDictionary<string, string>? metadata)
    {
        ClassNames names = new();
        if (metadata?.TryGetValue(Key, out string? text) != true || text is null)
            return names;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("info", out JsonElement info) && info.ValueKind == JsonValueKind.Object
                && info.TryGetProperty("features", out JsonElement features) && features.ValueKind == JsonValueKind.Object)
                foreach (JsonProperty feature in features.EnumerateObject())
                    names.Add(feature);
        }
        catch (JsonException)
        {
            return new ClassNames(); // the numbers stay numbers
        }
        return names;
    }

    /// <summary>The name of the class that a column's value stands for; null where it stands for none.</summary>
    public DataValue? NameOf(string column, object? value) => value is int or long && _names.TryGetValue(column, out string[]? names)
        && Convert.ToInt64(value, CultureInfo.InvariantCulture) is >= 0 and long place && place < names.Length
        ? DataValue.OfText(names[place]) : null;

    private void Add(JsonProperty feature)
    {
        if (feature.Value is { ValueKind: JsonValueKind.Object } described
            && described.TryGetProperty("_type", out JsonElement type) && type.ValueKind == JsonValueKind.String
            && type.GetString() == LabelType
            && described.TryGetProperty("names", out JsonElement names) && names.ValueKind == JsonValueKind.Array
            && names.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String))
            _names[feature.Name] = [.. names.EnumerateArray().Select(name => name.GetString()!)];
    }
}
