namespace PathVlm.MLNet.Inference.Batching;

/// <summary>What an answerer has done and is doing.</summary>
/// <param name="Waiting">Requests that wait for a place in the batch, or whose pictures are being read.</param>
/// <param name="RunningRows">Completions being decoded.</param>
/// <param name="Answered">Requests answered to their end.</param>
/// <param name="Cancelled">Requests given up by their callers.</param>
/// <param name="Failed">Requests that ended in a fault.</param>
/// <param name="Refused">Requests refused because the queue was full.</param>
/// <param name="PromptTokens">Prompt tokens read.</param>
/// <param name="CompletionTokens">Tokens chosen.</param>
public sealed record BatchStatistics(
    int Waiting, int RunningRows, long Answered, long Cancelled, long Failed, long Refused, long PromptTokens, long CompletionTokens);
