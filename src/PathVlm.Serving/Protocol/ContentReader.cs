using System.Text.Json;
using Microsoft.Extensions.AI;

namespace PathVlm.Serving.Protocol;

/// <summary>Reads messages: texts, and pictures as data URIs. Nothing is fetched from an address.</summary>
internal static class ContentReader
{
    private const string Base64 = ";base64";

    /// <summary>Reads the messages of a request.</summary>
    /// <exception cref="RequestFaultException">A message is not of the protocol's form.</exception>
    public static List<ChatMessage> Read(JsonElement request)
    {
        if (JsonFields.Find(request, "messages") is not { } messages)
            throw new RequestFaultException(400, "messages: expected a list of messages, got none", "messages", "missing");
        if (messages.ValueKind != JsonValueKind.Array) throw JsonFields.Fault("messages", "a list of messages", messages);
        List<ChatMessage> read = [];
        foreach (JsonElement message in messages.EnumerateArray()) read.Add(Message(message, $"messages[{read.Count}]"));
        return read;
    }

    private static ChatMessage Message(JsonElement message, string name)
    {
        if (message.ValueKind != JsonValueKind.Object) throw JsonFields.Fault(name, "an object", message);
        foreach (JsonProperty property in message.EnumerateObject())
            if (property.Name is not ("role" or "content" or "name" or "refusal") && property.Value.ValueKind != JsonValueKind.Null)
                throw Fault($"{name}: expected role and content, got [{Shown(property.Name)}]", "unsupported_value");
        if (JsonFields.Find(message, "role") is not { } role)
            throw Fault($"{name}.role: expected a role, got none", "missing");
        string said = JsonFields.Text(role, $"{name}.role");
        if (said.Length == 0 || said.Length > 20)
            throw Fault($"{name}.role: expected system, user or assistant, got a text of {said.Length} letters", "invalid_value");
        return new ChatMessage(new ChatRole(said), Contents(message, $"{name}.content"));
    }

    private static List<AIContent> Contents(JsonElement message, string name)
    {
        if (JsonFields.Find(message, "content") is not { } content)
            throw Fault($"{name}: expected a text or a list of parts, got none", "missing");
        if (content.ValueKind == JsonValueKind.String) return [new TextContent(JsonFields.Text(content, name))];
        if (content.ValueKind != JsonValueKind.Array) throw JsonFields.Fault(name, "a text or a list of parts", content);
        List<AIContent> parts = [];
        foreach (JsonElement part in content.EnumerateArray()) parts.Add(Part(part, $"{name}[{parts.Count}]"));
        return parts;
    }

    private static AIContent Part(JsonElement part, string name)
    {
        if (part.ValueKind != JsonValueKind.Object) throw JsonFields.Fault(name, "an object", part);
        string type = JsonFields.Find(part, "type") is { } kind ? JsonFields.Text(kind, $"{name}.type") : "";
        if (type == "text" && JsonFields.Find(part, "text") is { } text) return new TextContent(JsonFields.Text(text, $"{name}.text"));
        if (type == "image_url" && JsonFields.Find(part, "image_url") is { } picture)
        {
            JsonElement address = picture.ValueKind == JsonValueKind.Object && JsonFields.Find(picture, "url") is { } url ? url : picture;
            return Picture(JsonFields.Text(address, $"{name}.image_url.url"), $"{name}.image_url.url");
        }

        throw Fault(
            $"{name}: expected a part of type text or image_url with its content, got type [{Shown(type)}]", "unsupported_value");
    }

    private static DataContent Picture(string uri, string name)
    {
        int comma = uri.IndexOf(',', StringComparison.Ordinal);
        string head = comma < 0 ? "" : uri[..comma];
        if (!head.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase)
            || !head.EndsWith(Base64, StringComparison.OrdinalIgnoreCase))
            throw Fault(
                $"{name}: expected a data URI (data:image/png;base64,…), got something else; nothing is fetched from an address",
                "unsupported_value");
        byte[] bytes = new byte[((uri.Length - comma) / 4 * 3) + 3];
        if (!Convert.TryFromBase64Chars(uri.AsSpan(comma + 1), bytes, out int count))
            throw Fault($"{name}: expected base64 after the comma, got other letters", "invalid_value");
        string media = head["data:".Length..^Base64.Length].Split(';')[0];
        return new DataContent(bytes.AsMemory(0, count), IsMediaType(media) ? media : "image/png");
    }

    // The picture's own bytes say what it is; the type is only handed on where it is well formed.
    private static bool IsMediaType(string media) =>
        media.Length <= 40 && media["image/".Length..] is { Length: > 0 } kind
        && kind.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '+' or '.');

    private static RequestFaultException Fault(string message, string code) => new(400, message, "messages", code);

    private static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
