using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>What a rollout source is asked for.</summary>
/// <param name="Prompts">The prompts of a generation batch.</param>
/// <param name="GroupSize">G, completions of each.</param>
/// <param name="Generation">Number of the generation batch in the run, from 0.</param>
/// <param name="Attempt">0, or how many times groups of this generation batch were sampled before.</param>
/// <param name="FeaturesOf">Features of a prompt's pictures [placeholders, D], in the caller's dispose scope; null without pictures.</param>
public sealed record RolloutRequest(
    IReadOnlyList<GrpoPrompt> Prompts, int GroupSize, long Generation, int Attempt, Func<GrpoPrompt, Tensor?> FeaturesOf);

/// <summary>Where completions come from: the policy's sampler, or a script.</summary>
public interface IRolloutSource
{
    /// <summary>Samples G completions of each prompt with the policy as it is now.</summary>
    /// <returns>B*G completions, those of a prompt side by side, in the order of the prompts.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    IReadOnlyList<Rollout> Generate(RolloutRequest request, CancellationToken cancellation);
}

/// <summary>Where scores come from.</summary>
public interface IRewardSource
{
    /// <summary>Names of the rewards, one a column of what <see cref="Score"/> gives.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Scores completions.</summary>
    /// <param name="prompts">The prompt of each group.</param>
    /// <param name="rollouts">B*G completions, group by group.</param>
    /// <param name="groupSize">G.</param>
    /// <param name="cancellation">Ends the scoring.</param>
    /// <returns>[B*G, rewards]; NaN where a reward gives no score.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    float[,] Score(IReadOnlyList<GrpoPrompt> prompts, IReadOnlyList<Rollout> rollouts, int groupSize, CancellationToken cancellation);
}
