namespace PathVlm.MLNet.Judging.Protocol;

/// <summary>Why a review is missing (docs/process-reward.md, Failures).</summary>
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

    /// <summary>A content filter stopped the request or the reply.</summary>
    ContentFilter,

    /// <summary>The judge said why it could not judge.</summary>
    UnableToJudge,

    /// <summary>The server rejected the request (400, 422) without naming content, account, model or parameter.</summary>
    RequestRejected,

    /// <summary>The server answered with a redirect, which is not followed.</summary>
    Redirected,

    /// <summary>The reply was larger than 1 MiB.</summary>
    ReplyTooLarge,

    /// <summary>The replayed record does not hold this review.</summary>
    NotRecorded,

    /// <summary>The request was larger than the server accepts (413).</summary>
    RequestTooLarge,
}
