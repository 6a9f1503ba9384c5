namespace PathVlm.MLNet.Chat.Faults;

/// <summary>An invalid reply: it is asked for once more, then missing (docs/process-reward.md, Failures).</summary>
/// <param name="message">What was found, in one line.</param>
internal sealed class InvalidReplyException(string message) : Exception(message);
