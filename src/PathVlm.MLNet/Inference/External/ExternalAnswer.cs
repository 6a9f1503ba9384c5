using PathVlm.MLNet.Chat.Faults;

namespace PathVlm.MLNet.Inference.External;

/// <summary>What an external model answered to one row, or why it did not.</summary>
/// <param name="Response">The completion; empty where there is none.</param>
/// <param name="Reasoning">The reasoning read from it.</param>
/// <param name="PredictedAnswer">The option read from it, letter and text; empty where none can be read.</param>
/// <param name="ResponseTokenCount">Tokens of the completion, as the server counts; null where it reports none.</param>
/// <param name="IsTruncated">Whether the completion was stopped by its length.</param>
/// <param name="Failure">Why the row is unanswered; it stays in every denominator. null where there is a completion.</param>
/// <param name="Requests">Requests made.</param>
public sealed record ExternalAnswer(
    string Response, string Reasoning, string PredictedAnswer, int? ResponseTokenCount, bool IsTruncated, ChatFailure? Failure,
    int Requests)
{
    /// <summary>The failure in one line, such as the server's status and sentence; null where the row is answered.</summary>
    public string? Detail { get; init; }
}
