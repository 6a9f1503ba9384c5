namespace PathVlm.MLNet.Chat.Faults;

/// <summary>What a failure is about.</summary>
public static class ChatFailures
{
    /// <summary>
    /// Whether the failure is a verdict about the content, so that the same request would fail again. Every other failure is one of the
    /// server, the network or a single reply.
    /// </summary>
    /// <param name="failure">The failure.</param>
    public static bool IsAboutContent(this ChatFailure failure) =>
        failure is ChatFailure.Refused or ChatFailure.ContentFilter or ChatFailure.RequestTooLarge;
}
