using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Judging.Models;

/// <summary>What a failed chat means for a review.</summary>
internal static class ChatFailureMapping
{
    /// <summary>The cause for which a review is missing.</summary>
    internal static MissingCause ToMissingCause(this ChatFailure failure) => failure switch
    {
        ChatFailure.ServerBusy => MissingCause.ServerBusy,
        ChatFailure.Unreachable => MissingCause.Unreachable,
        ChatFailure.TimedOut => MissingCause.TimedOut,
        ChatFailure.RetryAfterTooLong => MissingCause.RetryAfterTooLong,
        ChatFailure.InvalidReply => MissingCause.InvalidReply,
        ChatFailure.Refused => MissingCause.Refused,
        ChatFailure.ContentFilter => MissingCause.ContentFilter,
        ChatFailure.Redirected => MissingCause.Redirected,
        ChatFailure.ReplyTooLarge => MissingCause.ReplyTooLarge,
        ChatFailure.RequestTooLarge => MissingCause.RequestTooLarge,
        _ => MissingCause.RequestRejected,
    };
}
