using System.Text.Json;
using System.Text.Json.Serialization;

namespace PathVlm.MLNet.Evaluation;

/// <summary>Results as JSON: camel-case names, statuses by name, numbers that are none as null; the research notice inside.</summary>
public static class EvaluationJson
{
    /// <summary>How results are written, for reports that hold several; read-only.</summary>
    public static JsonSerializerOptions Options { get; } = ReadOnly(new JsonSerializerOptions
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DictionaryKeyPolicy = null,
        Converters = { new JsonStringEnumConverter(), new NumberOrNull() },
    });

    /// <summary>A result, rows included, as JSON.</summary>
    /// <param name="result">The result.</param>
    public static string Write(EvaluationResult result) => JsonSerializer.Serialize(result, Options);

    /// <summary>A comparison as JSON.</summary>
    /// <param name="comparison">The comparison.</param>
    public static string Write(ModelComparison comparison) => JsonSerializer.Serialize(comparison, Options);

    /// <summary>Reads what <see cref="Write(EvaluationResult)"/> wrote.</summary>
    /// <param name="json">The JSON text.</param>
    /// <param name="name">What an error calls the text, such as its file.</param>
    /// <exception cref="InvalidDataException">The text is no such result.</exception>
    public static EvaluationResult ReadResult(string json, string name = "evaluation")
    {
        try
        {
            return JsonSerializer.Deserialize<EvaluationResult>(json, Options) is { Overall: not null, Subsets: not null, Rows: not null } result
                ? result
                : throw new InvalidDataException($"{name}: is no evaluation result");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{name}: is no evaluation result: {fault.Message}", fault);
        }
    }

    private static JsonSerializerOptions ReadOnly(JsonSerializerOptions options)
    {
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    private sealed class NumberOrNull : JsonConverter<double>
    {
        public override bool HandleNull => true;

        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
                writer.WriteNumberValue(value);
            else
                writer.WriteNullValue();
        }
    }
}
