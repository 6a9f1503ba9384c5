using PathVlm.MLNet.Rewards.Scaling;

namespace PathVlm.MLNet.Rewards;

/// <summary>A reward column and how much it counts.</summary>
/// <param name="Column">Name of the column (vector of float, one score a rollout).</param>
/// <param name="Weight">Finite factor; default 1.</param>
public sealed record RewardWeight(string Column, float Weight = 1f)
{
    internal static void Check(IReadOnlyList<RewardWeight>? rewards, MissingRewardPolicy missing, Func<string, Exception> fault)
    {
        if (rewards is null || rewards.Count == 0) throw fault("Rewards: got none, takes one or more.");
        List<string> faults = [];
        if (!Enum.IsDefined(missing)) faults.Add($"MissingReward: got {missing}, takes {string.Join(" or ", Enum.GetNames<MissingRewardPolicy>())}.");
        foreach (RewardWeight reward in rewards)
        {
            if (string.IsNullOrWhiteSpace(reward.Column)) faults.Add("Column: got a blank name, takes the name of a reward column.");
            if (!float.IsFinite(reward.Weight)) faults.Add($"Weight of [{reward.Column}]: got {reward.Weight}, takes a finite number.");
        }
        foreach (IGrouping<string, RewardWeight> doubled in rewards.GroupBy(reward => reward.Column, StringComparer.Ordinal).Where(group => group.Count() > 1))
            faults.Add($"Column [{doubled.Key}]: got it {doubled.Count()} times, takes it once.");
        if (faults.Count > 0) throw fault(string.Join(" ", faults));
    }
}
