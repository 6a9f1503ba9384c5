using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Inference.External;

/// <summary>What an external model answered to one row, or why it did not.</summary>
/// <param name="Response">The completion; empty where there is none.</param>
/// <param name="Reasoning">The reasoning read from it.</param>
/// <param name="PredictedAnswer">The option read from it, letter and text; empty where none can be read.</param>
/// <param name="ResponseTokenCount">Tokens of the completion as the server counts; null where it does not say, or there is no completion.</param>
/// <param name="IsTruncated">Whether the completion was stopped by its length.</param>
/// <param name="Failure">Why there is no completion: the row is unanswered, and stays in every denominator; null where there is one.</param>
/// <param name="Requests">Requests made.</param>
public sealed record ExternalAnswer(
    string Response, string Reasoning, string PredictedAnswer, int? ResponseTokenCount, bool IsTruncated, MissingCause? Failure, int Requests);
