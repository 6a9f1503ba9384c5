using PathVlm.MLNet.Chat.Faults;

namespace PathVlm.MLNet.Chat;

/// <summary>The outcome of asking a chat model one thing.</summary>
/// <param name="Value">What was read; null where there is no answer.</param>
/// <param name="Failure">Why there is no answer; null where there is one.</param>
/// <param name="Detail">
/// The failure in one line: the server's status and sentence, or what was found instead of an answer; null where there is an answer.
/// </param>
/// <param name="RawReply">The model's own text, where there was one.</param>
/// <param name="Requests">Requests made.</param>
/// <param name="InputTokens">Tokens read, over all requests, as the server counts.</param>
/// <param name="OutputTokens">Tokens written, over all requests, as the server counts.</param>
internal sealed record ChatOutcome<T>(
    T? Value, ChatFailure? Failure, string? Detail, string? RawReply, int Requests, long InputTokens, long OutputTokens)
    where T : class;
