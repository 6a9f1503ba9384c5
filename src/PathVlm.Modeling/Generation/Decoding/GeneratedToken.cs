namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>A token just chosen.</summary>
/// <param name="PromptIndex">Index of its prompt in the call.</param>
/// <param name="SampleIndex">Which of the prompt's completions.</param>
/// <param name="TokenId">Its id.</param>
public readonly record struct GeneratedToken(int PromptIndex, int SampleIndex, int TokenId);
