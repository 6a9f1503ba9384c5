using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>The completions that a rollout source is asked for.</summary>
/// <param name="Prompts">The prompts of a generation batch.</param>
/// <param name="GroupSize">G, completions of each.</param>
/// <param name="Generation">Number of the generation batch in the run, from 0.</param>
/// <param name="Attempt">0, or how many times groups of this generation batch were sampled before.</param>
/// <param name="FeaturesOf">
/// Features of a prompt's pictures [placeholders, D], in the caller's dispose scope; null without pictures.
/// </param>
internal sealed record RolloutRequest(
    IReadOnlyList<GrpoPrompt> Prompts, int GroupSize, long Generation, int Attempt, Func<GrpoPrompt, Tensor?> FeaturesOf);
