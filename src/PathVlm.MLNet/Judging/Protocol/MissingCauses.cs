namespace PathVlm.MLNet.Judging.Protocol;

/// <summary>Which causes of a missing review pass, and which stay whoever asks again.</summary>
public static class MissingCauses
{
    /// <summary>
    /// Whether the same request would be missing again: it was refused, filtered, rejected, or could not be judged. All else is an outage
    /// of the server, the network or the format of one reply, and is asked again the next time.
    /// </summary>
    public static bool IsFinal(this MissingCause cause) =>
        cause is MissingCause.Refused or MissingCause.ContentFilter or MissingCause.UnableToJudge or MissingCause.RequestRejected;
}
