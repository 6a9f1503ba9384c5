using System.Text.Json;
using System.Text.Json.Serialization;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.Modeling.Processing;

namespace PathVlm.Serving.Protocol;

/// <summary>Makes the bodies of replies.</summary>
/// <param name="request">What is answered.</param>
/// <param name="model">The model's name.</param>
/// <param name="tokenizer">Texts of tokens.</param>
/// <param name="now">The time of the reply.</param>
internal sealed class ChatReply(ChatRequest request, string model, Qwen2Tokenizer tokenizer, DateTimeOffset now)
{
    private static readonly JsonSerializerOptions Json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private readonly string _id = $"chatcmpl-{Guid.NewGuid():N}";
    private readonly long _created = now.ToUnixTimeSeconds();

    /// <summary>The body of a whole reply.</summary>
    /// <param name="completions">The completions: text, tokens, end.</param>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    public byte[] Whole(IReadOnlyList<CompletionPart> completions, int promptTokens) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            id = _id, @object = "chat.completion", created = _created, model,
            choices = completions.Select(completion => new
            {
                index = completion.Completion,
                message = new { role = "assistant", content = completion.Text },
                logprobs = LogProbabilities(completion),
                finish_reason = Reason(completion.End),
            }),
            usage = Usage(promptTokens, completions.Sum(completion => completion.Tokens.Count)),
        },
        Json);

    /// <summary>The body of a part of a streamed reply.</summary>
    /// <param name="part">The part.</param>
    /// <param name="isFirst">Whether it is the completion's first, which names the role.</param>
    public byte[] Part(CompletionPart part, bool isFirst) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            id = _id, @object = "chat.completion.chunk", created = _created, model,
            choices = new[]
            {
                new
                {
                    index = part.Completion,
                    delta = new { role = isFirst ? "assistant" : null, content = part.Text },
                    logprobs = LogProbabilities(part),
                    finish_reason = Reason(part.End),
                },
            },
        },
        Json);

    /// <summary>The last body of a streamed reply whose usage was asked for.</summary>
    public byte[] Usages(int promptTokens, int completionTokens) => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            id = _id, @object = "chat.completion.chunk", created = _created, model, choices = Array.Empty<object>(),
            usage = Usage(promptTokens, completionTokens),
        },
        Json);

    private static object Usage(int prompt, int completion) =>
        new { prompt_tokens = prompt, completion_tokens = completion, total_tokens = prompt + completion };

    private static string? Reason(CompletionEnd? end) => end switch
    {
        CompletionEnd.Stop => "stop",
        CompletionEnd.Length => "length",
        _ => null,
    };

    private object? LogProbabilities(CompletionPart part) => !request.LogProbabilities ? null : new
    {
        content = part.Tokens.Select(token => new
        {
            token = tokenizer.Decode([token.Id]),
            token_id = request.TokenIds ? token.Id : (int?)null,
            logprob = token.LogProbability,
            bytes = tokenizer.BytesOf(token.Id).ToArray().Select(value => (int)value),
            top_logprobs = Array.Empty<object>(),
        }),
    };
}
