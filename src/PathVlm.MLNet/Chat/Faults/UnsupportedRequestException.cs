namespace PathVlm.MLNet.Chat.Faults;

/// <summary>
/// What is asked of a model of ours through a chat client is nothing that it can do: a role, a tool, a parameter. Every further request of
/// the kind would be refused as well.
/// </summary>
/// <param name="message">What was expected and what was found.</param>
public sealed class UnsupportedRequestException(string message) : ArgumentException(message);
