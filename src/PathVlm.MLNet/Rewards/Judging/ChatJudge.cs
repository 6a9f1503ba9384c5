using System.Globalization;
using Microsoft.Extensions.AI;

namespace PathVlm.MLNet.Rewards.Judging;

/// <summary>
/// A judge behind a chat model. One retry layer: at most <see cref="ChatJudgeOptions.MaxRequests"/> requests and
/// <see cref="ChatJudgeOptions.ReviewTime"/> for one review; what each kind of failure does is judge.md's table, in <see cref="JudgeFault"/>.
/// </summary>
public sealed class ChatJudge : IProcessJudge
{
    private readonly IChatClient client;
    private readonly ChatJudgeOptions options;
    private readonly TimeProvider time;

    /// <summary>Creates a judge over any chat client; its own retries must be off.</summary>
    /// <param name="client">The client.</param>
    /// <param name="options">How it is asked; copied.</param>
    /// <param name="time">The clock of time-outs and backoff; the system's by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public ChatJudge(IChatClient client, ChatJudgeOptions? options = null, TimeProvider? time = null)
    {
        options ??= new ChatJudgeOptions();
        options.Validate();
        this.client = client;
        this.time = time ?? TimeProvider.System;
        this.options = new ChatJudgeOptions
        {
            Model = options.Model, Temperature = options.Temperature, Seed = options.Seed, MaxOutputTokens = options.MaxOutputTokens,
            MaxRequests = options.MaxRequests, ReviewTime = options.ReviewTime, RequestTime = options.RequestTime, Backoff = options.Backoff,
        };
        Identity = string.Create(CultureInfo.InvariantCulture,
            $"{options.Model} temperature={options.Temperature} seed={options.Seed} max_tokens={options.MaxOutputTokens}");
    }

    /// <inheritdoc/>
    public string Identity { get; }

    /// <inheritdoc/>
    public async Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken)
    {
        IList<ChatMessage> messages = ReviewMessages.For(request);
        long started = time.GetTimestamp();
        long inputTokens = 0, outputTokens = 0;
        int invalidReplies = 0;
        MissingCause lastCause = MissingCause.TimedOut;
        for (int requests = 1; ; requests++)
        {
            TimeSpan wait;
            string? rawReply = null;
            try
            {
                ChatResponse response = await AskAsync(messages, invalidReplies > 0, Left(), cancellationToken).ConfigureAwait(false);
                inputTokens += response.Usage?.InputTokenCount ?? 0;
                outputTokens += response.Usage?.OutputTokenCount ?? 0;
                rawReply = response.Text;
                if (RefusalOf(response) is { } refusal) return Missing(refusal);
                if (response.FinishReason == ChatFinishReason.Length) throw new InvalidReviewException("the reply was cut at the output budget");
                ReviewFindings findings = ReviewParser.Parse(rawReply);
                return findings.UnableToJudge is null
                    ? new JudgeReply(findings, null, rawReply, requests, inputTokens, outputTokens)
                    : Missing(MissingCause.UnableToJudge);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                JudgeFault fault = JudgeFault.Of(error, time.GetUtcNow());
                if (fault.StopMessage is { } message) throw new JudgeStoppedException(message, error);
                lastCause = fault.Cause;
                if (fault.Action == FaultAction.GiveUp) return Missing(fault.Cause);
                if (fault.Action == FaultAction.AskOnceMore && ++invalidReplies > 1) return Missing(fault.Cause);
                wait = fault.Action == FaultAction.AskOnceMore ? TimeSpan.Zero : fault.RetryAfter ?? Backoff(requests);
                if (requests == options.MaxRequests) return Missing(fault.Cause);
                if (wait >= Left()) return Missing(fault.RetryAfter is null ? fault.Cause : MissingCause.RetryAfterTooLong);
            }

            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            if (Left() <= TimeSpan.Zero) return Missing(lastCause);

            JudgeReply Missing(MissingCause cause) => JudgeReply.WithoutFindings(cause, requests, inputTokens, outputTokens, rawReply);
        }

        TimeSpan Left() => options.ReviewTime - time.GetElapsedTime(started);
    }

    private async Task<ChatResponse> AskAsync(
        IList<ChatMessage> messages, bool largerBudget, TimeSpan left, CancellationToken cancellationToken)
    {
        ChatOptions chat = new()
        {
            ModelId = options.Model,
            Temperature = options.Temperature,
            Seed = options.Seed,
            MaxOutputTokens = largerBudget ? options.MaxOutputTokens * 2 : options.MaxOutputTokens,
            ResponseFormat = ChatResponseFormat.ForJsonSchema(ReviewSchema.Json, ReviewSchema.Name),
            AdditionalProperties = new AdditionalPropertiesDictionary { ["strict"] = true },
        };
        using CancellationTokenSource stall = new(left < options.RequestTime ? left : options.RequestTime, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stall.Token, cancellationToken);
        try
        {
            return await client.GetResponseAsync(messages, chat, either.Token).ConfigureAwait(false);
        }
        catch (Exception) when (stall.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("the request stalled");
        }
    }

    private static MissingCause? RefusalOf(ChatResponse response)
    {
        if (response.FinishReason == ChatFinishReason.ContentFilter) return MissingCause.ContentFilter;
        bool refused = response.Messages.SelectMany(message => message.Contents).OfType<ErrorContent>().Any();
        return refused ? MissingCause.Refused : null;
    }

    private TimeSpan Backoff(int requests) =>
        options.Backoff * Math.Pow(2, requests - 1) * (0.5 + Random.Shared.NextDouble());
}
