using Microsoft.Extensions.AI;
using PathVlm.MLNet.Chat.Faults;

namespace PathVlm.MLNet.Chat;

/// <summary>
/// Asks a chat model one thing inside bounds. There is one retry layer: a bounded number of requests and a bounded time for one answer;
/// what each kind of failure does is docs/process-reward.md's table, in <see cref="ChatFault"/>. The client's own retries must be off.
/// </summary>
/// <param name="client">The client.</param>
/// <param name="model">The model that is asked for.</param>
/// <param name="bounds">Requests and times.</param>
/// <param name="time">The clock of time-outs and backoff.</param>
/// <param name="name">Who is asked, as messages call it.</param>
internal sealed class BoundedChat(IChatClient client, string model, ChatBounds bounds, TimeProvider time, string name)
{
    // A server that was never reached is given up after this time, so that a dead address is told within ten seconds.
    private static readonly TimeSpan TimeToReach = TimeSpan.FromSeconds(8);
    private const long MostTokens = 100_000_000;
    private volatile bool _wasReached;

    /// <summary>Asks until there is an answer, or none is to be had.</summary>
    /// <param name="messages">What is asked.</param>
    /// <param name="optionsOf">Options of a request; told whether it gets the larger output budget, after an invalid reply.</param>
    /// <param name="read">Reads a reply; throws <see cref="InvalidReplyException"/> where it is invalid.</param>
    /// <param name="beforeRequest">
    /// Awaited before each request, so that it waits its turn; that wait does not count as time of the answer. Null for none.
    /// </param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <exception cref="ChatStoppedException">A fault that every further request would meet too.</exception>
    public async Task<ChatOutcome<T>> AskAsync<T>(
        IList<ChatMessage> messages, Func<bool, ChatOptions> optionsOf, Func<ChatResponse, T> read,
        Func<CancellationToken, Task>? beforeRequest, CancellationToken cancellationToken)
        where T : class
    {
        long started = time.GetTimestamp();
        TimeSpan turns = TimeSpan.Zero;
        long inputTokens = 0, outputTokens = 0;
        int invalidReplies = 0;
        for (int requests = 1; ; requests++)
        {
            TimeSpan wait;
            string? rawReply = null;
            ChatFault fault;
            turns += await TurnAsync(beforeRequest, cancellationToken).ConfigureAwait(false);
            try
            {
                ChatResponse response =
                    await RequestAsync(messages, optionsOf(invalidReplies > 0), Left(), cancellationToken).ConfigureAwait(false);
                _wasReached = true;
                rawReply = response.Text;
                inputTokens += Tokens(response.Usage?.InputTokenCount, "prompt_tokens");
                outputTokens += Tokens(response.Usage?.OutputTokenCount, "completion_tokens");
                if (RefusalIn(response) is { } refusal) return Missing(refusal);
                return new ChatOutcome<T>(read(response), null, null, rawReply, requests, inputTokens, outputTokens);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                fault = ChatFault.From(error, time.GetUtcNow(), model);
                if (fault.Action == FaultAction.Stop) throw new ChatStoppedException($"{name} answered {fault.Detail}", error);
                if (fault.Failure != ChatFailure.Unreachable) _wasReached = true;
                if (fault.Action == FaultAction.GiveUp) return Missing(fault);
                if (fault.Action == FaultAction.AskOnceMore && ++invalidReplies > 1) return Missing(fault);
                wait = fault.Action == FaultAction.AskOnceMore ? TimeSpan.Zero : fault.RetryAfter ?? Backoff(requests);
                if (requests == bounds.MaxRequests) return Missing(fault);
                if (wait >= Left(fault))
                    return Missing(fault.RetryAfter is null ? fault : fault with { Failure = ChatFailure.RetryAfterTooLong });
            }
            catch (Exception late) when (late is not OperationCanceledException)
            {
                // A failure that comes in after another one had ended the run is not a reason of its own.
                throw new OperationCanceledException("Cancelled while a request was under way.", late, cancellationToken);
            }

            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            if (Left(fault) <= TimeSpan.Zero) return Missing(fault);

            ChatOutcome<T> Missing(ChatFault why) => new(null, why.Failure, why.Detail, rawReply, requests, inputTokens, outputTokens);
        }

        TimeSpan Left(ChatFault? fault = null) => TotalTime(fault) - (time.GetElapsedTime(started) - turns);
    }

    private TimeSpan TotalTime(ChatFault? fault) =>
        !_wasReached && fault?.Failure == ChatFailure.Unreachable && TimeToReach < bounds.TotalTime ? TimeToReach : bounds.TotalTime;

    private async Task<TimeSpan> TurnAsync(Func<CancellationToken, Task>? beforeRequest, CancellationToken cancellationToken)
    {
        long waiting = time.GetTimestamp();
        if (beforeRequest is not null) await beforeRequest(cancellationToken).ConfigureAwait(false);
        return time.GetElapsedTime(waiting);
    }

    private async Task<ChatResponse> RequestAsync(
        IList<ChatMessage> messages, ChatOptions options, TimeSpan left, CancellationToken cancellationToken)
    {
        using CancellationTokenSource stall = new(left < bounds.RequestTime ? left : bounds.RequestTime, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stall.Token, cancellationToken);
        try
        {
            return await client.GetResponseAsync(messages, options, either.Token).ConfigureAwait(false);
        }
        catch (Exception) when (stall.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("the request stalled");
        }
    }

    /// <summary>The tokens that a reply reports; a count that cannot be is the server's fault, and would defeat a budget.</summary>
    private static long Tokens(long? reported, string name) => reported is null or (>= 0 and <= MostTokens)
        ? reported ?? 0
        : throw new InvalidReplyException($"usage.{name}: expected 0 to {MostTokens} tokens, got {reported}");

    private static ChatFault? RefusalIn(ChatResponse response)
    {
        if (response.FinishReason == ChatFinishReason.ContentFilter)
            return new ChatFault(FaultAction.GiveUp, ChatFailure.ContentFilter, "finish_reason content_filter");
        ErrorContent? refusal = response.Messages.SelectMany(message => message.Contents).OfType<ErrorContent>().FirstOrDefault();
        return refusal is null ? null : new ChatFault(FaultAction.GiveUp, ChatFailure.Refused, OneLine.From(refusal.Message));
    }

    private TimeSpan Backoff(int requests) => bounds.Backoff * Math.Pow(2, requests - 1) * (0.5 + Random.Shared.NextDouble());
}
