namespace PathVlm.MLNet.Chat.Faults;

/// <summary>An error that a server reported inside a 200.</summary>
internal sealed class ServerErrorException(ServerError error) : Exception(error.InWords)
{
    /// <summary>What the server reported.</summary>
    public ServerError Error { get; } = error;
}
