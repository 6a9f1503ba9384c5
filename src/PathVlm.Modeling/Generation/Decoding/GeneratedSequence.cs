namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>A completion.</summary>
/// <param name="PromptIndex">Index of its prompt in the call.</param>
/// <param name="SampleIndex">Which of the prompt's completions, from 0.</param>
/// <param name="TokenIds">Ids, the end token included where there is one.</param>
/// <param name="LogProbabilities">Log-probability of each token at the sampling temperature over the tokens not suppressed.</param>
/// <param name="Truncated">Whether it reached the limit of tokens without an end token.</param>
public sealed record GeneratedSequence(
    int PromptIndex, int SampleIndex, IReadOnlyList<int> TokenIds, IReadOnlyList<float> LogProbabilities, bool Truncated);
