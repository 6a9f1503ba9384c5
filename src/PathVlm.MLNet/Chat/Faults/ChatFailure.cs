namespace PathVlm.MLNet.Chat.Faults;

/// <summary>Why a chat model gave no answer.</summary>
public enum ChatFailure
{
    /// <summary>Requests or time were used up by 408, 429 or 5xx.</summary>
    ServerBusy,

    /// <summary>Requests or time were used up by refused or reset connections.</summary>
    Unreachable,

    /// <summary>Requests or time were used up by stalls.</summary>
    TimedOut,

    /// <summary>Retry-After asked for more time than was left.</summary>
    RetryAfterTooLong,

    /// <summary>Two replies were invalid.</summary>
    InvalidReply,

    /// <summary>The model refused.</summary>
    Refused,

    /// <summary>A content filter stopped the request or the reply.</summary>
    ContentFilter,

    /// <summary>The server rejected the request without naming content, account, model or parameter.</summary>
    RequestRejected,

    /// <summary>The server answered with a redirect, which is not followed.</summary>
    Redirected,

    /// <summary>The reply was larger than 1 MiB.</summary>
    ReplyTooLarge,

    /// <summary>The request was larger than the server accepts (413).</summary>
    RequestTooLarge,
}
