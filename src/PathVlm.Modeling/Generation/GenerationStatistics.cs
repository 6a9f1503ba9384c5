namespace PathVlm.Modeling.Generation;

/// <summary>What a call of the generator computed.</summary>
/// <param name="Prefills">Packed passes over prompts.</param>
/// <param name="PrefilledTokens">Prompt tokens in them.</param>
/// <param name="Steps">Decode steps.</param>
/// <param name="DecodedRows">Rows computed in the steps; each was a completion not yet finished, finished ones leave at once.</param>
/// <param name="FullRows">Rows the steps would have had at the row limit.</param>
internal readonly record struct GenerationStatistics(int Prefills, long PrefilledTokens, int Steps, long DecodedRows, long FullRows);
