using PathVlm.MLNet.Rewards.Scaling;
using PathVlm.MLNet.Training.Grpo.Options;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>
/// Samples a generation batch, has it scored and computes advantages. Groups whose rewards are all equal have no gradient; where the
/// options allow it their prompts are sampled and scored again, a bounded number of times.
/// </summary>
internal sealed class RolloutSampler(
    IRolloutSource rollouts, IRewardSource rewards, GrpoOptions options, Func<GrpoPrompt, Tensor?> featuresOf)
{
    private readonly IReadOnlyList<double> _weights = options.RewardWeights ?? [.. Enumerable.Repeat(1.0, rewards.Names.Count)];

    /// <summary>A generation batch without old and reference log-probabilities.</summary>
    /// <exception cref="InvalidOperationException">A source broke its contract.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public GenerationBatch Sample(long generation, long step, IReadOnlyList<GrpoPrompt> prompts, CancellationToken cancellation)
    {
        (Rollout[] completions, float[,] scores) = SampleAndScore(generation, 0, step, prompts, cancellation);
        HashSet<int> resampled = [];
        for (int attempt = 1; attempt <= options.MaxResamplings; attempt++)
        {
            int[] groups = GroupsWithoutVariance(scores);
            if (groups.Length == 0) break;
            resampled.UnionWith(groups);
            (Rollout[] again, float[,] anew) = SampleAndScore(
                generation, attempt, step, [.. groups.Select(group => prompts[group])], cancellation);
            for (int i = 0; i < groups.Length; i++) Replace(completions, scores, again, anew, groups[i], i);
        }
        return Batch(generation, prompts, completions, scores, resampled.Count);
    }

    /// <summary>The generation batch that a checkpoint kept.</summary>
    public GenerationBatch Restore(GenerationBatchState state, IReadOnlyList<GrpoPrompt> prompts)
    {
        GenerationBatch batch = Batch(state.Number, prompts, state.ToRollouts(), state.ToScores(), state.ResampledGroups);
        batch.OldLogProbabilities = state.OldLogProbabilities;
        batch.ReferenceLogProbabilities = state.ReferenceLogProbabilities;
        return batch;
    }

    private GenerationBatch Batch(
        long generation, IReadOnlyList<GrpoPrompt> prompts, Rollout[] completions, float[,] scores, int resampledGroups) => new()
    {
        Number = generation,
        Prompts = prompts,
        Rollouts = completions,
        Scores = scores,
        GroupSize = options.GroupSize,
        MasksTruncated = options.MaskTruncatedCompletions,
        ResampledGroups = resampledGroups,
        Advantages = Advantages.Compute(
            scores, _weights, options.GroupSize, options.ScaleRewards, options.MultiObjectiveAggregation, options.MissingReward),
    };

    private (Rollout[] Rollouts, float[,] Scores) SampleAndScore(
        long generation, int attempt, long step, IReadOnlyList<GrpoPrompt> prompts, CancellationToken cancellation)
    {
        int expected = prompts.Count * options.GroupSize;
        Rollout[] completions;
        using (NewDisposeScope())
        using (no_grad())
            completions = [.. rollouts.Generate(
                new RolloutRequest(prompts, options.GroupSize, generation, attempt, featuresOf), cancellation)];
        if (completions.Length != expected || completions.Any(rollout => rollout.TokenIds.Count == 0))
            throw new InvalidOperationException($"Rollouts: expected {expected}, each with one token or more, got {completions.Length}.");
        cancellation.ThrowIfCancellationRequested();
        float[,] scores = rewards.Score(prompts, completions, step, cancellation);
        if (scores.GetLength(0) != expected || scores.GetLength(1) != rewards.Names.Count)
            throw new InvalidOperationException(
                $"Scores: expected [{expected}, {rewards.Names.Count}], got [{scores.GetLength(0)}, {scores.GetLength(1)}].");
        return (completions, scores);
    }

    private int[] GroupsWithoutVariance(float[,] scores)
    {
        double[] deviations = Advantages.Compute(
            scores, _weights, options.GroupSize, RewardScaling.Group, RewardAggregation.SumThenNormalize, options.MissingReward).Deviations;
        return [.. Enumerable.Range(0, deviations.Length / options.GroupSize)
            .Where(group => GroupStatistics.IsZero(deviations[group * options.GroupSize]))];
    }

    private void Replace(Rollout[] completions, float[,] scores, Rollout[] again, float[,] anew, int group, int from)
    {
        for (int i = 0; i < options.GroupSize; i++)
        {
            int row = group * options.GroupSize + i, source = from * options.GroupSize + i;
            completions[row] = again[source];
            for (int reward = 0; reward < scores.GetLength(1); reward++) scores[row, reward] = anew[source, reward];
        }
    }
}
