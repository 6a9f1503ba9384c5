using Microsoft.Extensions.AI;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Chat;

/// <summary>
/// Asks a chat model one thing inside bounds. One retry layer: at most so many requests and so much time for one answer; what each kind of
/// failure does is judge.md's table, in <see cref="JudgeFault"/>. The client's own retries must be off.
/// </summary>
/// <param name="client">The client.</param>
/// <param name="bounds">Requests and times.</param>
/// <param name="time">The clock of time-outs and backoff.</param>
/// <param name="name">Who is asked, as messages call it.</param>
internal sealed class BoundedChat(IChatClient client, ChatBounds bounds, TimeProvider time, string name)
{
    /// <summary>Asks until there is an answer, or none is to be had.</summary>
    /// <param name="messages">What is asked.</param>
    /// <param name="optionsOf">Options of a request; told whether it gets the larger output budget, after an invalid reply.</param>
    /// <param name="read">Reads a reply; throws <see cref="InvalidReviewException"/> where it is none that counts.</param>
    /// <param name="beforeRequest">Awaited before each request, so that it takes its turn; that wait does not count as time of the answer. Null for none.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    /// <exception cref="JudgeStoppedException">A fault that every further request would meet too.</exception>
    public async Task<ChatOutcome<T>> AskAsync<T>(
        IList<ChatMessage> messages, Func<bool, ChatOptions> optionsOf, Func<ChatResponse, T> read, Func<CancellationToken, Task>? beforeRequest,
        CancellationToken cancellationToken)
        where T : class
    {
        long started = time.GetTimestamp();
        TimeSpan turns = TimeSpan.Zero;
        long inputTokens = 0, outputTokens = 0;
        int invalidReplies = 0;
        MissingCause lastCause = MissingCause.TimedOut;
        for (int requests = 1; ; requests++)
        {
            TimeSpan wait;
            string? rawReply = null;
            turns += await TurnAsync(beforeRequest, cancellationToken).ConfigureAwait(false);
            try
            {
                ChatResponse response = await RequestAsync(messages, optionsOf(invalidReplies > 0), Left(), cancellationToken).ConfigureAwait(false);
                inputTokens += response.Usage?.InputTokenCount ?? 0;
                outputTokens += response.Usage?.OutputTokenCount ?? 0;
                rawReply = response.Text;
                if (RefusalOf(response) is { } refusal) return Missing(refusal);
                return new ChatOutcome<T>(read(response), null, rawReply, requests, inputTokens, outputTokens);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                JudgeFault fault = JudgeFault.Of(error, time.GetUtcNow(), name);
                if (fault.StopMessage is { } message) throw new JudgeStoppedException(message, error);
                lastCause = fault.Cause;
                if (fault.Action == FaultAction.GiveUp) return Missing(fault.Cause);
                if (fault.Action == FaultAction.AskOnceMore && ++invalidReplies > 1) return Missing(fault.Cause);
                wait = fault.Action == FaultAction.AskOnceMore ? TimeSpan.Zero : fault.RetryAfter ?? Backoff(requests);
                if (requests == bounds.MaxRequests) return Missing(fault.Cause);
                if (wait >= Left()) return Missing(fault.RetryAfter is null ? fault.Cause : MissingCause.RetryAfterTooLong);
            }
            catch (Exception late) when (late is not OperationCanceledException)
            {
                // A failure that comes in after another one had ended the run is not a reason of its own.
                throw new OperationCanceledException("Cancelled while a request was under way.", late, cancellationToken);
            }

            if (wait > TimeSpan.Zero) await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
            if (Left() <= TimeSpan.Zero) return Missing(lastCause);

            ChatOutcome<T> Missing(MissingCause cause) => new(null, cause, rawReply, requests, inputTokens, outputTokens);
        }

        TimeSpan Left() => bounds.TotalTime - (time.GetElapsedTime(started) - turns);
    }

    private async Task<TimeSpan> TurnAsync(Func<CancellationToken, Task>? beforeRequest, CancellationToken cancellationToken)
    {
        long waiting = time.GetTimestamp();
        if (beforeRequest is not null) await beforeRequest(cancellationToken).ConfigureAwait(false);
        return time.GetElapsedTime(waiting);
    }

    private async Task<ChatResponse> RequestAsync(IList<ChatMessage> messages, ChatOptions options, TimeSpan left, CancellationToken cancellationToken)
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

    private static MissingCause? RefusalOf(ChatResponse response)
    {
        if (response.FinishReason == ChatFinishReason.ContentFilter) return MissingCause.ContentFilter;
        bool refused = response.Messages.SelectMany(message => message.Contents).OfType<ErrorContent>().Any();
        return refused ? MissingCause.Refused : null;
    }

    private TimeSpan Backoff(int requests) => bounds.Backoff * Math.Pow(2, requests - 1) * (0.5 + Random.Shared.NextDouble());
}

/// <summary>Bounds on one question to a chat model (judge.md, Failures).</summary>
/// <param name="MaxRequests">Requests at the most, 1 to 5.</param>
/// <param name="TotalTime">Time in all, backoff included.</param>
/// <param name="RequestTime">Time for one request, header and body.</param>
/// <param name="Backoff">Backoff before the second request; it doubles with each further one, times a jitter of 0.5 to 1.5.</param>
internal sealed record ChatBounds(int MaxRequests, TimeSpan TotalTime, TimeSpan RequestTime, TimeSpan Backoff);

/// <summary>What came of asking a chat model.</summary>
/// <param name="Value">What was read; null where missing.</param>
/// <param name="Missing">Why it is missing; null where it is there.</param>
/// <param name="RawReply">The model's own text, where there was one.</param>
/// <param name="Requests">Requests made.</param>
/// <param name="InputTokens">Tokens read, over all requests, as the server counts.</param>
/// <param name="OutputTokens">Tokens written, over all requests, as the server counts.</param>
internal sealed record ChatOutcome<T>(T? Value, MissingCause? Missing, string? RawReply, int Requests, long InputTokens, long OutputTokens)
    where T : class;
