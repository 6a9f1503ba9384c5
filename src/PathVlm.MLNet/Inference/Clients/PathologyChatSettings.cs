using System.Globalization;
using Microsoft.Extensions.AI;
using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.MLNet.Inference.Clients;

/// <summary>
/// What the options of a chat request mean for a model of ours; an option that it has no rule for is refused, never ignored.
/// </summary>
public static class PathologyChatSettings
{
    private const int MostStops = 16;

    /// <summary>Reads options. Temperature 0 is greedy; without options the policy's own decoding settings stand.</summary>
    /// <param name="options">The options; null for none.</param>
    /// <param name="decoding">How the policy decodes where a request says nothing.</param>
    /// <param name="model">The model's name.</param>
    /// <exception cref="UnsupportedRequestException">An option is out of range, or nothing that the model can do.</exception>
    public static CompletionSettings Read(ChatOptions? options, SamplingOptions decoding, string model)
    {
        if (options is null) return new CompletionSettings();
        Refuse(options, model);
        IList<string> stops = options.StopSequences ?? [];
        if (stops.Count > MostStops || stops.Any(string.IsNullOrEmpty))
            throw new UnsupportedRequestException(
                $"StopSequences: expected at most {MostStops} texts, none of them empty, got {stops.Count}");
        return new CompletionSettings
        {
            Sampling = SamplingOf(options, decoding), Seed = options.Seed, Stops = [.. stops], Instructions = options.Instructions,
        };
    }

    // Temperature 0 is greedy decoding. A request that narrows the distribution without a temperature means to sample: at 1, as elsewhere.
    private static SamplingOptions SamplingOf(ChatOptions options, SamplingOptions decoding)
    {
        if (options.Temperature is { } given && !(float.IsFinite(given) && given >= 0))
            throw new UnsupportedRequestException(Text($"Temperature: expected 0 or more, got {given}"));
        if (options.TopP is { } share && !(share is > 0 and <= 1))
            throw new UnsupportedRequestException(Text($"TopP: expected a number above 0, up to 1, got {share}"));
        if (options.TopK is < 0) throw new UnsupportedRequestException($"TopK: expected 0 or more, got {options.TopK}");
        if (options.MaxOutputTokens is < 1)
            throw new UnsupportedRequestException($"MaxOutputTokens: expected 1 or more, got {options.MaxOutputTokens}");
        bool narrows = options.TopP < 1 || options.TopK > 0;
        float? temperature = options.Temperature ?? (narrows && decoding.Greedy ? 1 : null);
        return decoding with
        {
            Greedy = temperature is { } heat ? heat == 0 : decoding.Greedy,
            Temperature = temperature is > 0 ? temperature.Value : decoding.Temperature,
            TopP = options.TopP ?? decoding.TopP,
            TopK = options.TopK ?? decoding.TopK,
            MaxNewTokens = options.MaxOutputTokens ?? decoding.MaxNewTokens,
        };
    }

    private static void Refuse(ChatOptions options, string model)
    {
        if (options.ModelId is { } asked && asked != model)
            throw new UnsupportedRequestException($"ModelId: expected [{model}] or none, got [{asked}]");
        if (options.FrequencyPenalty is { } frequency && frequency != 0)
            throw new UnsupportedRequestException(Text($"FrequencyPenalty: expected 0 or none, got {frequency}"));
        if (options.PresencePenalty is { } presence && presence != 0)
            throw new UnsupportedRequestException(Text($"PresencePenalty: expected 0 or none, got {presence}"));
        if (options.Tools is { Count: > 0 }) throw new UnsupportedRequestException($"Tools: expected none, got {options.Tools.Count}");
        if (options.ResponseFormat is not (null or ChatResponseFormatText))
            throw new UnsupportedRequestException(
                "ResponseFormat: expected text or none, got JSON (the model's replies cannot be held to a form)");
        if (options.ConversationId is not null)
            throw new UnsupportedRequestException("ConversationId: expected none (no conversation is kept), got one");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
