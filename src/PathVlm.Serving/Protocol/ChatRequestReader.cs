using System.Text.Json;
using Microsoft.Extensions.AI;

namespace PathVlm.Serving.Protocol;

/// <summary>
/// Reads the body of <c>/v1/chat/completions</c>. A field that would change the answer and that the model has no rule for is refused, never
/// ignored; fields that only describe the sender are passed over.
/// </summary>
internal static class ChatRequestReader
{
    private const int Deepest = 16;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = Deepest };

    private static readonly HashSet<string> Read = new(StringComparer.Ordinal)
    {
        "model", "messages", "temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens", "seed", "stop", "stream",
        "stream_options", "n", "logprobs", "top_logprobs", "return_token_ids", "frequency_penalty", "presence_penalty", "response_format",
        "tools", "tool_choice",
    };

    // These say who asks, or what others do with the answer.
    private static readonly HashSet<string> PassedOver = new(StringComparer.Ordinal)
    {
        "user", "metadata", "store", "service_tier", "parallel_tool_calls", "safety_identifier", "prompt_cache_key",
    };

    /// <summary>Reads a body.</summary>
    /// <exception cref="RequestFaultException">The body is not JSON, or no request that the model can answer.</exception>
    public static ChatRequest From(ReadOnlyMemory<byte> body)
    {
        try
        {
            return ReadText(body);
        }
        catch (InvalidOperationException) // a name that is not UTF-8, or holds half a surrogate pair
        {
            throw new RequestFaultException(400, "body: expected names in UTF-8, got one that is not", null, "invalid_json");
        }
    }

    private static ChatRequest ReadText(ReadOnlyMemory<byte> body)
    {
        using JsonDocument document = Parse(body);
        JsonElement root = document.RootElement;
        foreach (JsonProperty property in root.EnumerateObject())
            if (!Read.Contains(property.Name) && !PassedOver.Contains(property.Name) && property.Value.ValueKind != JsonValueKind.Null)
            {
                string name = property.Name.Length <= 40 ? property.Name : property.Name[..40] + "…";
                throw new RequestFaultException(400, $"{name}: expected a known parameter, got this one", name, "unknown_parameter");
            }

        if (JsonFields.Whole(root, "top_logprobs") is { } others && others != 0)
            throw new RequestFaultException(
                400, $"top_logprobs: expected 0 or none (the chosen token's alone is told), got {others}", "top_logprobs",
                "unsupported_value");
        RefuseTools(root);
        return new ChatRequest
        {
            Messages = ContentReader.Read(root),
            Options = OptionsOf(root),
            Completions = JsonFields.Whole(root, "n") ?? 1,
            Streams = JsonFields.Flag(root, "stream"),
            IncludesUsage = JsonFields.Find(root, "stream_options") is { ValueKind: JsonValueKind.Object } stream
                && JsonFields.Flag(stream, "include_usage"),
            LogProbabilities = JsonFields.Flag(root, "logprobs"),
            TokenIds = JsonFields.Flag(root, "return_token_ids"),
        };
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, Strict);
        }
        catch (JsonException fault)
        {
            // Only where, not what: the parser's message quotes the text.
            throw new RequestFaultException(
                400, $"body: expected JSON (an object, {Deepest} deep at most, no field twice), got a fault in line "
                    + $"{fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}", null, "invalid_json");
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
        using (document) throw JsonFields.Fault("body", "an object", document.RootElement);
    }

    private static ChatOptions OptionsOf(JsonElement root) => new()
    {
        ModelId = JsonFields.Find(root, "model") is { } model ? JsonFields.Text(model, "model") : null,
        Temperature = JsonFields.Number(root, "temperature"),
        TopP = JsonFields.Number(root, "top_p"),
        TopK = JsonFields.Whole(root, "top_k"),
        MaxOutputTokens = JsonFields.Whole(root, "max_completion_tokens") ?? JsonFields.Whole(root, "max_tokens"),
        Seed = JsonFields.Long(root, "seed"),
        StopSequences = StopsOf(root),
        FrequencyPenalty = JsonFields.Number(root, "frequency_penalty"),
        PresencePenalty = JsonFields.Number(root, "presence_penalty"),
        ResponseFormat = FormatOf(root),
    };

    private static List<string>? StopsOf(JsonElement root)
    {
        if (JsonFields.Find(root, "stop") is not { } stop) return null;
        if (stop.ValueKind == JsonValueKind.String) return [JsonFields.Text(stop, "stop")];
        if (stop.ValueKind != JsonValueKind.Array) throw JsonFields.Fault("stop", "a text or a list of texts", stop);
        return [.. stop.EnumerateArray().Select((text, index) => JsonFields.Text(text, $"stop[{index}]"))];
    }

    private static ChatResponseFormat? FormatOf(JsonElement root)
    {
        if (JsonFields.Find(root, "response_format") is not { } format) return null;
        bool isText = format.ValueKind == JsonValueKind.Object
            && JsonFields.Find(format, "type") is { ValueKind: JsonValueKind.String } type && type.ValueEquals("text");
        return isText ? ChatResponseFormat.Text : ChatResponseFormat.Json;
    }

    private static void RefuseTools(JsonElement root)
    {
        if (JsonFields.Find(root, "tools") is { } tools && !(tools.ValueKind == JsonValueKind.Array && tools.GetArrayLength() == 0))
            throw new RequestFaultException(400, "tools: expected none, got some", "tools", "unsupported_value");
        if (JsonFields.Find(root, "tool_choice") is { } choice
            && !(choice.ValueKind == JsonValueKind.String && (choice.ValueEquals("none") || choice.ValueEquals("auto"))))
            throw new RequestFaultException(400, "tool_choice: expected none, got another choice", "tool_choice", "unsupported_value");
    }
}
