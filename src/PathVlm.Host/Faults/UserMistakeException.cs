namespace PathVlm.Host.Faults;

/// <summary>A user's mistake, reported in one line.</summary>
internal sealed class UserMistakeException(string message, Exception? inner = null) : Exception(message, inner);
