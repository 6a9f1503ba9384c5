namespace PathVlm.MLNet.Judging.Protocol;

/// <summary>Reviews the reasoning of completions. Implementations are safe for concurrent calls.</summary>
public interface IProcessJudge
{
    /// <summary>Model and parameters, as they enter cache keys and records; never a key or an address.</summary>
    string Identity { get; }

    /// <summary>Whether a review costs nobody anything: bounds on requests and tokens a minute are then left aside.</summary>
    /// <value>false, unless a judge says otherwise.</value>
    bool IsOffline => false;

    /// <summary>Reviews one completion.</summary>
    /// <param name="request">What the judge is shown.</param>
    /// <param name="cancellationToken">Ends the review at once.</param>
    /// <returns>Findings, or the cause for which they are missing; a failure of the judge is never an exception.</returns>
    /// <exception cref="JudgeStoppedException">A fault that every further review would meet too (wrong key, unknown model, no quota).</exception>
    Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken);

    /// <summary>Reviews one completion, waiting for its turn before each request that it makes.</summary>
    /// <param name="request">What the judge is shown.</param>
    /// <param name="beforeRequest">
    /// Awaited before each request; ends once bounds on requests and tokens a minute have room. A judge that asks several times for one review
    /// overrides this method; by default it is awaited once.
    /// </param>
    /// <param name="cancellationToken">Ends the review at once.</param>
    /// <inheritdoc cref="ReviewAsync(ProcessReviewRequest, CancellationToken)"/>
    async Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, Func<CancellationToken, Task> beforeRequest, CancellationToken cancellationToken)
    {
        await beforeRequest(cancellationToken).ConfigureAwait(false);
        return await ReviewAsync(request, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>What came of asking a judge.</summary>
/// <param name="Findings">The findings; null where missing.</param>
/// <param name="Missing">Why they are missing; null where they are there.</param>
/// <param name="RawReply">The judge's own text, where there was one.</param>
/// <param name="Requests">Requests made.</param>
/// <param name="InputTokens">Tokens read, over all requests.</param>
/// <param name="OutputTokens">Tokens written, over all requests.</param>
public sealed record JudgeReply(
    ReviewFindings? Findings, MissingCause? Missing, string? RawReply, int Requests, long InputTokens, long OutputTokens)
{
    /// <summary>A reply without findings.</summary>
    public static JudgeReply WithoutFindings(MissingCause cause, int requests = 0, long inputTokens = 0, long outputTokens = 0, string? rawReply = null) =>
        new(null, cause, rawReply, requests, inputTokens, outputTokens);
}

/// <summary>Why a review is missing (judge.md, Failures).</summary>
public enum MissingCause
{
    /// <summary>Requests or time were used up by 408, 429 or 5xx.</summary>
    ServerBusy,

    /// <summary>Requests or time were used up by refused or reset connections.</summary>
    Unreachable,

    /// <summary>Requests or time were used up by stalls.</summary>
    TimedOut,

    /// <summary>Retry-After asked for more than what was left of the time for one review.</summary>
    RetryAfterTooLong,

    /// <summary>Two replies were no valid review.</summary>
    InvalidReply,

    /// <summary>The model refused.</summary>
    Refused,

    /// <summary>A content filter cut in.</summary>
    ContentFilter,

    /// <summary>The judge said why it could not judge.</summary>
    UnableToJudge,

    /// <summary>The request was rejected (400, 413 or another status that no further request would change).</summary>
    RequestRejected,

    /// <summary>The server answered with a redirect; it is not followed.</summary>
    Redirected,

    /// <summary>The reply was larger than 1 MiB.</summary>
    ReplyTooLarge,

    /// <summary>The record that is replayed does not hold this review.</summary>
    NotRecorded,
}

/// <summary>The run cannot go on with this judge; the message is one line for the user.</summary>
public sealed class JudgeStoppedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public JudgeStoppedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
