using Microsoft.AspNetCore.Http;
using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Inference.Batching;

namespace PathVlm.Serving.Protocol;

/// <summary>What the sender of a request is told about a fault, in the names of the protocol.</summary>
internal static class RequestFaults
{
    private const int LongestMessage = 400;

    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["Temperature"] = "temperature", ["TopP"] = "top_p", ["TopK"] = "top_k", ["MaxOutputTokens"] = "max_completion_tokens",
        ["MaxNewTokens"] = "max_completion_tokens", ["FrequencyPenalty"] = "frequency_penalty", ["PresencePenalty"] = "presence_penalty",
        ["StopSequences"] = "stop", ["Stops"] = "stop", ["Completions"] = "n", ["ModelId"] = "model",
        ["ResponseFormat"] = "response_format",
    };

    /// <summary>The fault as a refusal; null where it is a fault of the program.</summary>
    public static RequestFaultException? Of(Exception fault) => fault switch
    {
        RequestFaultException refused => refused,
        UnsupportedRequestException unsupported => Unsupported(unsupported.Message),
        InvalidDataException invalid => new RequestFaultException(400, Shortened(invalid.Message), "messages", "invalid_value"),
        BatchQueueFullException full => new RequestFaultException(429, full.Message, null, "queue_full"),
        ObjectDisposedException => new RequestFaultException(503, "the server is stopping", null, "stopping"),
        BadHttpRequestException bad => new RequestFaultException(bad.StatusCode, bad.Message),
        _ => null,
    };

    private static RequestFaultException Unsupported(string message)
    {
        string name = message.Split(':', '.', '[')[0];
        string known = Names.GetValueOrDefault(name, name);
        return new RequestFaultException(400, Shortened(known + message[name.Length..]), known, "unsupported_value");
    }

    private static string Shortened(string message) => message.Length <= LongestMessage ? message : message[..LongestMessage] + "…";
}
