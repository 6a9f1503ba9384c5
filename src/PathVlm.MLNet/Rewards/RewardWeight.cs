using PathVlm.MLNet.Rewards.Scaling;

namespace PathVlm.MLNet.Rewards;

/// <summary>A reward column and how much it counts.</summary>
/// <param name="Column">Name of the column (vector of float, one score a rollout).</param>
/// <param name="Weight">Finite factor; default 1.</param>
public sealed record RewardWeight(string Column, float Weight = 1f)
{
    internal static void Check(IReadOnlyList<RewardWeight>? rewards, MissingRewardPolicy missing, Func<string, Exception> fault)
    {
        if (rewards is null || rewards.Count == 0) throw fault("Rewards: expected one or more, got none.");
        List<string> faults = [];
        if (!Enum.IsDefined(missing))
            faults.Add($"MissingReward: expected {string.Join(" or ", Enum.GetNames<MissingRewardPolicy>())}, got {missing}.");
        foreach (RewardWeight reward in rewards)
        {
            if (string.IsNullOrWhiteSpace(reward.Column)) faults.Add("Column: expected the name of a reward column, got a blank one.");
            if (!float.IsFinite(reward.Weight)) faults.Add($"Weight of [{reward.Column}]: expected a finite number, got {reward.Weight}.");
        }
        IEnumerable<IGrouping<string, RewardWeight>> columns = rewards.GroupBy(reward => reward.Column, StringComparer.Ordinal);
        foreach (IGrouping<string, RewardWeight> doubled in columns.Where(group => group.Count() > 1))
            faults.Add($"Column [{doubled.Key}]: expected once, got {doubled.Count()} times.");
        if (faults.Count > 0) throw fault(string.Join(" ", faults));
    }
}
