namespace PathVlm.MLNet.Rewards.Scaling;

/// <summary>Advantages of a generation batch and what they were computed from.</summary>
/// <param name="Rewards">Weighted sum of a completion's rewards [B*G]; NaN where no reward scored it.</param>
/// <param name="Advantages">Advantages [B*G]; 0 where no reward scored the completion.</param>
/// <param name="Deviations">The deviation logged for each completion [B*G]: its group's, or the batch's where that one is used.</param>
internal sealed record AdvantageResult(double[] Rewards, float[] Advantages, double[] Deviations)
{
    /// <summary>Share of the completions whose deviation is zero (<c>frac_reward_zero_std</c>).</summary>
    public double ZeroDeviationShare => Deviations.Length == 0 ? 0 : Deviations.Count(GroupStatistics.IsZero) / (double)Deviations.Length;
}
