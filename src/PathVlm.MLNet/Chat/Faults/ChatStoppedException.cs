namespace PathVlm.MLNet.Chat.Faults;

/// <summary>
/// A fault of the account, the address, the model or a parameter, which every further request would meet; the message is one line.
/// </summary>
public sealed class ChatStoppedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">One line for the user, with the server's own sentence.</param>
    /// <param name="inner">What the client threw; null for none.</param>
    public ChatStoppedException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
