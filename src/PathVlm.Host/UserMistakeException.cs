namespace PathVlm.Host;

/// <summary>A mistake of the user's, told in one line.</summary>
internal sealed class UserMistakeException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The run cannot go on; told in one line.</summary>
internal sealed class RunStoppedException(string message) : Exception(message);
