using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PathVlm.MLNet.Chat.Faults;

/// <summary>
/// What a server says of a request that it refuses. Servers differ: <c>error</c> is an object or a text, details stand in <c>message</c>,
/// <c>detail</c> or a list of <c>loc</c> and <c>msg</c>, and some send a list of one error.
/// </summary>
/// <param name="Status">The HTTP status; inside a 200 the one that the error's own code stands for, 0 where it stands for none.</param>
/// <param name="Sentence">The server's own sentence in one line of at most 200 characters; empty where there is none.</param>
/// <param name="Codes">Codes and types of the error, in lower case.</param>
/// <param name="Parameters">Parameters that the error names.</param>
/// <param name="IsInsideSuccess">Whether it came inside a 200.</param>
internal sealed record ServerError(
    int Status, string Sentence, IReadOnlyList<string> Codes, IReadOnlyList<string> Parameters, bool IsInsideSuccess = false)
{
    private static readonly string[] CodeNames = ["code", "type", "status", "error_type"];

    private static readonly (string Part, int Status)[] StatusOfCode =
    [
        ("insufficient_quota", 429), ("rate_limit", 429), ("too_many_requests", 429), ("resource_exhausted", 429),
        ("api_key", 401), ("authentication", 401), ("unauthorized", 401), ("unauthenticated", 401),
        ("insufficient_balance", 402), ("insufficient_credit", 402), ("insufficient_funds", 402),
        ("payment_required", 402), ("billing", 402),
        ("permission", 403), ("forbidden", 403), ("not_found", 404),
        ("invalid_request", 400), ("invalid_argument", 400), ("unsupported", 400), ("bad_request", 400), ("badrequest", 400),
        ("content_filter", 400), ("content_policy", 400), ("context_length", 400),
        ("too_large", 413), ("overloaded", 503), ("unavailable", 503), ("timeout", 504), ("server_error", 500), ("internal", 500),
    ];

    /// <summary>Status and sentence, for a message.</summary>
    public string InWords => (Status > 0 ? Status.ToString(CultureInfo.InvariantCulture) : "error")
        + (IsInsideSuccess ? " inside a 200" : "") + (Sentence.Length > 0 ? $": {Sentence}" : "");

    /// <summary>Reads the body of a reply whose status is no success.</summary>
    public static ServerError FromBody(int status, ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return FromJson(status, document.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException) // no JSON, or texts that are not Unicode
        {
            string text = Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, 2048)]);
            return new ServerError(status, text.TrimStart().StartsWith('<') ? "" : OneLine.From(text), [], []);
        }
    }

    /// <summary>The error inside a 200: its status is that of its own code.</summary>
    public static ServerError InsideSuccess(JsonElement error)
    {
        ServerError read = FromJson(0, error);
        return read with { Status = StatusFrom(read.Codes), IsInsideSuccess = true };
    }

    private static ServerError FromJson(int status, JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0) root = root[0];
        if (root.ValueKind == JsonValueKind.String) return new ServerError(status, OneLine.From(root.GetString()!), [], []);
        if (root.ValueKind != JsonValueKind.Object) return new ServerError(status, "", [], []);
        List<string> codes = [], parameters = [];
        JsonElement[] places = [.. Places(root)];
        foreach (JsonElement place in places)
        {
            codes.AddRange(CodeNames.Select(name => TextOrNumber(place, name)).OfType<string>().Select(code => code.ToLowerInvariant()));
            if (TextOrNumber(place, "param") is { Length: > 0 } parameter) parameters.Add(parameter);
        }

        string sentence = places.Select(place => SentenceIn(place, parameters)).FirstOrDefault(text => text.Length > 0) ?? "";
        return new ServerError(status, OneLine.From(sentence), codes, parameters);
    }

    // From the inside out: the error object, what it wraps, then the whole.
    private static IEnumerable<JsonElement> Places(JsonElement root)
    {
        if (root.TryGetProperty("error", out JsonElement error))
        {
            if (error.ValueKind == JsonValueKind.Object)
            {
                yield return error;
                if (error.TryGetProperty("innererror", out JsonElement inner) && inner.ValueKind == JsonValueKind.Object)
                    yield return inner;
            }
        }

        yield return root;
    }

    private static string SentenceIn(JsonElement place, List<string> parameters)
    {
        foreach (string name in new[] { "message", "error", "detail", "msg", "error_description" })
            if (place.TryGetProperty(name, out JsonElement value) && TextOf(value, parameters) is { Length: > 0 } text) return text;
        return "";
    }

    // A text; or a list of {loc, msg}, whose last place is the parameter; or an object that holds one of them.
    private static string TextOf(JsonElement value, List<string> parameters)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return value.GetString()!;
            case JsonValueKind.Object when value.TryGetProperty("detail", out JsonElement detail):
                return TextOf(detail, parameters);
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object))
                {
                    if (item.TryGetProperty("loc", out JsonElement places) && places.ValueKind == JsonValueKind.Array)
                        parameters.AddRange(places.EnumerateArray().Where(place => place.ValueKind == JsonValueKind.String)
                            .Select(place => place.GetString()!).Where(place => place != "body").Take(1));
                }

                return string.Join("; ", value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object)
                    .Select(item => item.TryGetProperty("msg", out JsonElement said) && said.ValueKind == JsonValueKind.String
                        ? LocatedIn(item, said)
                        : "")
                    .Where(text => text.Length > 0));
            default:
                return "";
        }
    }

    private static string LocatedIn(JsonElement item, JsonElement said) =>
        item.TryGetProperty("loc", out JsonElement places) && places.ValueKind == JsonValueKind.Array
            ? $"{string.Join('.', places.EnumerateArray().Select(place => place.ToString()))}: {said.GetString()}"
            : said.GetString()!;

    private static string? TextOrNumber(JsonElement place, string name) => place.TryGetProperty(name, out JsonElement value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        }
        : null;

    private static int StatusFrom(IReadOnlyList<string> codes)
    {
        foreach (string code in codes)
            if (double.TryParse(code, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number is >= 300 and <= 599)
                return (int)number;
        foreach (string code in codes)
            foreach ((string part, int status) in StatusOfCode)
                if (code.Contains(part, StringComparison.Ordinal)) return status;
        return 0;
    }
}
