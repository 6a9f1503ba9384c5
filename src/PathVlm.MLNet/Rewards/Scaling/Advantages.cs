namespace PathVlm.MLNet.Rewards.Scaling;

/// <summary>
/// Group-relative advantages (GRPO, arXiv 2402.03300; GDPO for <see cref="RewardAggregation.NormalizeThenSum"/>), TRL 1.16's numbers:
/// A = (r - mean(group)) / (std + 1e-4), std unbiased over the group or the batch, or no division.
/// normalize_then_sum: r = sum_k w_k (r_k - mean_k(group)) / (std_k(group) + 1e-4), A = (r - mean(batch)) / (std(batch) + 1e-4).
/// A completion that no reward scored is left out of means and deviations and has advantage 0.
/// </summary>
internal static class Advantages
{
    /// <summary>Added to a deviation before dividing by it.</summary>
    public const double Epsilon = 1e-4;

    /// <summary>Advantages of a generation batch.</summary>
    /// <param name="scores">[B*G, rewards], group by group; NaN = the reward gave no score.</param>
    /// <param name="weights">One weight a reward.</param>
    /// <param name="groupSize">G, completions a prompt; divides the number of rows.</param>
    /// <param name="scaling">What an advantage is divided by.</param>
    /// <param name="aggregation">How several rewards become one number.</param>
    /// <param name="missing">What stands in for a missing score.</param>
    /// <exception cref="ArgumentException">The shapes do not fit each other.</exception>
    public static AdvantageResult Compute(
        float[,] scores, IReadOnlyList<double> weights, int groupSize, RewardScaling scaling, RewardAggregation aggregation,
        MissingRewardPolicy missing)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(weights);
        int rows = scores.GetLength(0);
        if (weights.Count != scores.GetLength(1))
            throw new ArgumentException($"weights: expected one per reward ({scores.GetLength(1)}), got {weights.Count}", nameof(weights));
        if (groupSize < 1 || rows % groupSize != 0)
            throw new ArgumentException($"groupSize: expected a divisor of the {rows} rows, got {groupSize}", nameof(groupSize));
        double[,] resolved = MissingRewards.Resolve(scores, groupSize, missing);
        double[] sums = WeightedSums(resolved, weights);
        return aggregation == RewardAggregation.SumThenNormalize
            ? OfSums(sums, groupSize, scaling)
            : OfNormalized(resolved, sums, weights, groupSize);
    }

    private static AdvantageResult OfSums(double[] sums, int groupSize, RewardScaling scaling)
    {
        float[] advantages = new float[sums.Length];
        double[] deviations = new double[sums.Length];
        double batchDeviation = GroupStatistics.Deviation(sums);
        for (int start = 0; start < sums.Length; start += groupSize)
        {
            ReadOnlySpan<double> group = sums.AsSpan(start, groupSize);
            double mean = GroupStatistics.Mean(group);
            double deviation = scaling == RewardScaling.Batch ? batchDeviation : GroupStatistics.Deviation(group);
            double divisor = scaling == RewardScaling.None ? 1 : deviation + Epsilon;
            deviations.AsSpan(start, groupSize).Fill(deviation);
            for (int row = start; row < start + groupSize; row++) advantages[row] = OrZero((sums[row] - mean) / divisor);
        }
        return new AdvantageResult(sums, advantages, deviations);
    }

    private static AdvantageResult OfNormalized(double[,] resolved, double[] sums, IReadOnlyList<double> weights, int groupSize)
    {
        double[,] normalized = new double[resolved.GetLength(0), resolved.GetLength(1)];
        double[] column = new double[groupSize];
        for (int reward = 0; reward < weights.Count; reward++)
            for (int start = 0; start < sums.Length; start += groupSize)
            {
                for (int i = 0; i < groupSize; i++) column[i] = resolved[start + i, reward];
                double mean = GroupStatistics.Mean(column), divisor = GroupStatistics.Deviation(column) + Epsilon;
                // One score alone has no deviation: it says nothing against its siblings.
                for (int i = 0; i < groupSize; i++)
                    normalized[start + i, reward] = double.IsNaN(column[i]) ? double.NaN : OrZero((column[i] - mean) / divisor);
            }
        double[] combined = WeightedSums(normalized, weights);
        double batchMean = GroupStatistics.Mean(combined), batchDeviation = GroupStatistics.Deviation(combined);
        float[] advantages = Array.ConvertAll(combined, value => OrZero((value - batchMean) / (batchDeviation + Epsilon)));
        double[] deviations = new double[sums.Length];
        Array.Fill(deviations, batchDeviation);
        return new AdvantageResult(sums, advantages, deviations);
    }

    private static double[] WeightedSums(double[,] scores, IReadOnlyList<double> weights)
    {
        double[] sums = new double[scores.GetLength(0)];
        for (int row = 0; row < sums.Length; row++)
        {
            bool scored = false;
            for (int reward = 0; reward < weights.Count; reward++)
            {
                if (double.IsNaN(scores[row, reward])) continue;
                sums[row] += weights[reward] * scores[row, reward];
                scored = true;
            }
            if (!scored) sums[row] = double.NaN;
        }
        return sums;
    }

    private static float OrZero(double advantage) => double.IsNaN(advantage) ? 0 : (float)advantage;
}
