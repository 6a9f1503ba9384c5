using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;
using PathVlm.MLNet.Inference.Batching;

namespace PathVlm.MLNet.Inference.Clients;

/// <summary>
/// A model of ours as a chat client of Microsoft.Extensions.AI: pictures as <see cref="DataContent"/>, streaming, cancellation, usage.
/// Without options it decodes as the policy does, so that a picture with a question gets the policy's own answer. For research, not for
/// diagnosis. Safe for concurrent use; all callers share one running batch.
/// </summary>
internal sealed class PathologyChatClient(PathologyAnswerer answerer, string modelName, bool ownsAnswerer) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new("pathvlm", null, modelName);

    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        CompletionSettings settings = PathologyChatSettings.Read(options, answerer.Policy.Decoding, modelName);
        using RunningCompletion stream = await answerer.CompleteAsync(messages, settings, cancellationToken).ConfigureAwait(false);
        StringBuilder text = new();
        int tokens = 0;
        CompletionEnd? end = null;
        await foreach (CompletionPart part in stream.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            text.Append(part.Text);
            tokens += part.Tokens.Count;
            end = part.End;
        }

        string id = NewId();
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, text.ToString()) { MessageId = id })
        {
            ResponseId = id, ModelId = modelName, CreatedAt = TimeProvider.System.GetUtcNow(), FinishReason = ReasonOf(end),
            Usage = UsageOf(stream.PromptTokenCount, tokens),
        };
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        CompletionSettings settings =
            PathologyChatSettings.Read(options, answerer.Policy.Decoding, modelName) with { ReportsEachToken = true };
        using RunningCompletion stream = await answerer.CompleteAsync(messages, settings, cancellationToken).ConfigureAwait(false);
        string id = NewId();
        DateTimeOffset created = TimeProvider.System.GetUtcNow();
        int tokens = 0;
        await foreach (CompletionPart part in stream.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            tokens += part.Tokens.Count;
            List<AIContent> contents = part.Text.Length > 0 ? [new TextContent(part.Text)] : [];
            if (part.End is not null) contents.Add(new UsageContent(UsageOf(stream.PromptTokenCount, tokens)));
            if (contents.Count == 0) continue;
            yield return new ChatResponseUpdate(ChatRole.Assistant, contents)
            {
                ResponseId = id, MessageId = id, ModelId = modelName, CreatedAt = created, FinishReason = ReasonOf(part.End),
            };
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null) return null;
        return serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(answerer) ? answerer
            : serviceType.IsInstanceOfType(answerer.Policy) ? answerer.Policy
            : serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (ownsAnswerer) answerer.Dispose();
    }

    private static ChatFinishReason? ReasonOf(CompletionEnd? end) => end switch
    {
        CompletionEnd.Stop => ChatFinishReason.Stop,
        CompletionEnd.Length => ChatFinishReason.Length,
        _ => null,
    };

    private static UsageDetails UsageOf(int prompt, int completion) =>
        new() { InputTokenCount = prompt, OutputTokenCount = completion, TotalTokenCount = prompt + completion };

    private static string NewId() => $"chatcmpl-{Guid.NewGuid():N}";
}
