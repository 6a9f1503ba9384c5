namespace PathVlm.MLNet.Rewards.Scaling;

/// <summary>What a completion's advantage is divided by (<c>scale_rewards</c>).</summary>
public enum RewardScaling
{
    /// <summary>The deviation of its group's rewards, as in the paper.</summary>
    Group,

    /// <summary>The deviation of the whole generation batch's rewards.</summary>
    Batch,

    /// <summary>Nothing (Dr. GRPO).</summary>
    None,
}

/// <summary>How several rewards become one advantage (<c>multi_objective_aggregation</c>).</summary>
public enum RewardAggregation
{
    /// <summary>The weighted rewards are summed, the sum is normalised within its group.</summary>
    SumThenNormalize,

    /// <summary>Each reward is normalised within its group, the weighted results are summed and normalised over the batch (GDPO).</summary>
    NormalizeThenSum,
}

/// <summary>What stands in for a score that a reward did not give (NaN) where the completion has another score.</summary>
public enum MissingRewardPolicy
{
    /// <summary>
    /// Where at least half of the group has a score of that reward, their mean; otherwise that reward is left out for the whole group.
    /// </summary>
    GroupMean,

    /// <summary>Nothing is added, which is a 0 in effect: TRL's rule.</summary>
    NanSum,
}
