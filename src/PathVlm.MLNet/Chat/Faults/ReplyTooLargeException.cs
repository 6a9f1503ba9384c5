namespace PathVlm.MLNet.Chat.Faults;

/// <summary>A reply over the size limit; it was cut off there.</summary>
internal sealed class ReplyTooLargeException(int maxBytes) : Exception($"the reply is larger than {maxBytes} bytes");
