using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.Modeling.Generation;

/// <summary>A prompt that joins a running batch.</summary>
/// <param name="Prompt">The prompt; its features are disposed by the batch where it owns them, also where joining fails.</param>
/// <param name="Completions">Completions of it; 1 or more.</param>
/// <param name="Sampling">How its tokens are chosen.</param>
/// <param name="Seed">
/// Seed of its draws; the other coordinates are <see cref="GenerationPrompt.Row"/> (or 0) and the completion.
/// </param>
public sealed record JoiningPrompt(GenerationPrompt Prompt, int Completions, SamplingOptions Sampling, long Seed);
