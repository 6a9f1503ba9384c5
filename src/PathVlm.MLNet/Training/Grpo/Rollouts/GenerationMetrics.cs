using PathVlm.MLNet.Rewards.Scaling;

namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>Metrics of a generation batch under TRL's names: completions/*, rewards/NAME/mean and std, reward, reward_std, frac_reward_zero_std.</summary>
internal static class GenerationMetrics
{
    /// <summary>All of them, in TRL's order; NaN where a number does not exist.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Of(GenerationBatch batch, IReadOnlyList<string> rewardNames)
    {
        double[] lengths = [.. batch.Rollouts.Select(rollout => (double)rollout.TokenIds.Count)];
        double[] ended = [.. batch.Rollouts.Where(rollout => !rollout.Truncated).Select(rollout => (double)rollout.TokenIds.Count)];
        if (ended.Length == 0) ended = [0];
        yield return new("completions/mean_length", lengths.Average());
        yield return new("completions/min_length", lengths.Min());
        yield return new("completions/max_length", lengths.Max());
        yield return new("completions/clipped_ratio", batch.Rollouts.Count(rollout => rollout.Truncated) / (double)lengths.Length);
        yield return new("completions/mean_terminated_length", ended.Average());
        yield return new("completions/min_terminated_length", ended.Min());
        yield return new("completions/max_terminated_length", ended.Max());
        double[] column = new double[lengths.Length];
        for (int reward = 0; reward < rewardNames.Count; reward++)
        {
            for (int row = 0; row < column.Length; row++) column[row] = batch.Scores[row, reward];
            yield return new($"rewards/{rewardNames[reward]}/mean", GroupStatistics.Mean(column));
            yield return new($"rewards/{rewardNames[reward]}/std", GroupStatistics.Deviation(column));
        }
        yield return new("reward", GroupStatistics.Mean(batch.Advantages.Rewards));
        yield return new("reward_std", GroupStatistics.Deviation(batch.Advantages.Rewards));
        yield return new("frac_reward_zero_std", batch.Advantages.ZeroDeviationShare);
        if (batch.ResampledGroups > 0) yield return new("resampled_groups", batch.ResampledGroups);
    }
}
