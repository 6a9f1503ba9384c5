namespace PathVlm.MLNet.Judging.Protocol;

/// <summary>Which causes of a missing review are final.</summary>
internal static class MissingCauses
{
    /// <summary>
    /// Whether the cause is a verdict about the content, so that the same request would be missing again. Every other cause is one of the
    /// server, the network or a single reply, and is asked again the next time. A record made before 413 had a cause of its own
    /// holds it, and account faults, as <see cref="MissingCause.RequestRejected"/>: those are asked again as well.
    /// </summary>
    internal static bool IsFinal(this MissingCause cause) =>
        cause is MissingCause.Refused or MissingCause.ContentFilter or MissingCause.UnableToJudge or MissingCause.RequestTooLarge;
}
