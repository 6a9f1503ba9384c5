using System.Text.Json;
using System.Text.Json.Nodes;
using PathVlm.MLNet.Chat.Faults;

namespace PathVlm.MLNet.Chat;

/// <summary>
/// Rewrites the body of a 200 to the form that OpenAI's client reads, since servers differ: <c>created</c> as a float, a
/// <c>finish_reason</c> that is absent, null or unknown (read as <c>stop</c>), content as a list of parts, the answer in
/// <c>reasoning_content</c>. An error object inside the 200 is thrown as what its code says.
/// </summary>
internal static class CompletionBody
{
    private static readonly string[] KnownReasons = ["stop", "length", "content_filter", "tool_calls", "function_call"];
    private static readonly string[] CutReasons = ["max_tokens", "max_output_tokens", "model_length"];
    private static readonly string[] FilterReasons = ["content-filter", "safety", "recitation", "sensitive", "prohibited_content"];

    /// <summary>The body as the client reads it.</summary>
    /// <param name="body">The body of a 200.</param>
    /// <exception cref="InvalidReplyException">It is no completion.</exception>
    /// <exception cref="ServerErrorException">It holds an error instead of a completion.</exception>
    public static byte[] Normalize(byte[] body)
    {
        try
        {
            return NormalizeText(body);
        }
        catch (InvalidOperationException) // bytes that are not UTF-8, or half a surrogate pair, in a text
        {
            throw new InvalidReplyException("the body holds a text that is not Unicode");
        }
    }

    private static byte[] NormalizeText(byte[] body)
    {
        using JsonDocument document = Parse(body);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) throw new InvalidReplyException("the body is no JSON object");
        RequireNoError(root);
        if (!root.TryGetProperty("choices", out JsonElement choices) || choices.ValueKind != JsonValueKind.Array
            || choices.GetArrayLength() == 0)
            throw new InvalidReplyException("the body holds no choice");
        JsonElement choice = choices[0];
        if (choice.ValueKind != JsonValueKind.Object) throw new InvalidReplyException("the body holds no choice");
        RequireNoError(choice);
        if (!choice.TryGetProperty("message", out JsonElement message) || message.ValueKind != JsonValueKind.Object)
            throw new InvalidReplyException("the choice holds no message");
        return JsonSerializer.SerializeToUtf8Bytes(Completion(root, choice, message));
    }

    private static JsonDocument Parse(byte[] body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            throw new InvalidReplyException(body.Length == 0 ? "the body is empty" : "the body is no JSON");
        }
    }

    private static void RequireNoError(JsonElement place)
    {
        if (place.TryGetProperty("error", out JsonElement error) && error.ValueKind is JsonValueKind.Object or JsonValueKind.String)
            throw new ServerErrorException(ServerError.InsideSuccess(error));
    }

    private static JsonObject Completion(JsonElement root, JsonElement choice, JsonElement message)
    {
        JsonObject kept = new() { ["role"] = "assistant", ["content"] = ContentOf(message), ["refusal"] = Text(message, "refusal") };
        return new JsonObject
        {
            ["id"] = Text(root, "id") ?? "",
            ["object"] = "chat.completion",
            ["created"] = Whole(root, "created"),
            ["model"] = Text(root, "model") ?? "",
            ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["finish_reason"] = ReasonOf(choice), ["message"] = kept }),
            ["usage"] = UsageOf(root),
        };
    }

    // An answer is found in reasoning_content where there is no content.
    private static string? ContentOf(JsonElement message)
    {
        string? content = message.TryGetProperty("content", out JsonElement value) ? PartsOf(value) : null;
        if (!string.IsNullOrWhiteSpace(content)) return content;
        return Text(message, "reasoning_content") ?? Text(message, "reasoning") ?? content;
    }

    private static string? PartsOf(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString(),
        JsonValueKind.Array => string.Concat(content.EnumerateArray().Where(part => part.ValueKind == JsonValueKind.Object)
            .Select(part => Text(part, "text"))),
        _ => null,
    };

    private static string ReasonOf(JsonElement choice)
    {
        string reason = (Text(choice, "finish_reason") ?? "stop").ToLowerInvariant();
        if (KnownReasons.Contains(reason)) return reason;
        return CutReasons.Contains(reason) ? "length" : FilterReasons.Contains(reason) ? "content_filter" : "stop";
    }

    private static JsonObject? UsageOf(JsonElement root)
    {
        if (!root.TryGetProperty("usage", out JsonElement usage) || usage.ValueKind != JsonValueKind.Object) return null;
        long read = Whole(usage, "prompt_tokens"), written = Whole(usage, "completion_tokens");
        return new JsonObject
        {
            ["prompt_tokens"] = read, ["completion_tokens"] = written,
            ["total_tokens"] = Math.Clamp(read + written, 0, int.MaxValue),
        };
    }

    private static string? Text(JsonElement place, string name) =>
        place.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // A count that cannot be stays one, so that it is told: -1, or the largest.
    private static long Whole(JsonElement place, string name) =>
        place.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetDouble(out double number)
            ? (long)Math.Clamp(number, -1, int.MaxValue)
            : 0;
}
