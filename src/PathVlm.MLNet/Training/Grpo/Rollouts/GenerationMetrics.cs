using PathVlm.MLNet.Rewards.Scaling;
using PathVlm.MLNet.Training.Logging;

namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>
/// Metrics of a generation batch under TRL's names: completions/*, rewards/NAME/mean and std, reward, reward_std, frac_reward_zero_std.
/// </summary>
internal static class GenerationMetrics
{
    /// <summary>All of them, in TRL's order; NaN where a number does not exist.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Of(GenerationBatch batch, IReadOnlyList<string> rewardNames)
    {
        double[] lengths = [.. batch.Rollouts.Select(rollout => (double)rollout.TokenIds.Count)];
        double[] ended = [.. batch.Rollouts.Where(rollout => !rollout.Truncated).Select(rollout => (double)rollout.TokenIds.Count)];
        if (ended.Length == 0) ended = [0];
        yield return new(MetricNames.MeanLength, lengths.Average());
        yield return new(MetricNames.MinLength, lengths.Min());
        yield return new(MetricNames.MaxLength, lengths.Max());
        yield return new(MetricNames.ClippedRatio, batch.Rollouts.Count(rollout => rollout.Truncated) / (double)lengths.Length);
        yield return new(MetricNames.MeanTerminatedLength, ended.Average());
        yield return new(MetricNames.MinTerminatedLength, ended.Min());
        yield return new(MetricNames.MaxTerminatedLength, ended.Max());
        double[] column = new double[lengths.Length];
        for (int reward = 0; reward < rewardNames.Count; reward++)
        {
            for (int row = 0; row < column.Length; row++) column[row] = batch.Scores[row, reward];
            yield return new(MetricNames.RewardMean(rewardNames[reward]), GroupStatistics.Mean(column));
            yield return new(MetricNames.RewardStandardDeviation(rewardNames[reward]), GroupStatistics.Deviation(column));
        }
        yield return new(MetricNames.Reward, GroupStatistics.Mean(batch.Advantages.Rewards));
        yield return new(MetricNames.RewardDeviation, GroupStatistics.Deviation(batch.Advantages.Rewards));
        yield return new(MetricNames.ZeroDeviationShare, batch.Advantages.ZeroDeviationShare);
        if (batch.ResampledGroups > 0) yield return new(MetricNames.ResampledGroups, batch.ResampledGroups);
    }
}
