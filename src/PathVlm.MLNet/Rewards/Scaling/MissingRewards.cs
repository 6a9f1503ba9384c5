namespace PathVlm.MLNet.Rewards.Scaling;

/// <summary>
/// Fills the scores that rewards did not give. A completion that no reward scored stays wholly missing under either policy: it is left
/// out of its siblings' baseline and gets advantage 0. <see cref="MissingRewardPolicy.GroupMean"/> never scores such a completion.
/// </summary>
internal static class MissingRewards
{
    /// <summary>Scores with the gaps of one group filled or left, as the policy says.</summary>
    /// <param name="scores">[B*G, rewards]; NaN = no score.</param>
    /// <param name="groupSize">G.</param>
    /// <param name="policy">What stands in for a missing score.</param>
    /// <returns>[B*G, rewards], a new array; NaN where a score stays missing.</returns>
    public static double[,] Resolve(float[,] scores, int groupSize, MissingRewardPolicy policy)
    {
        int rows = scores.GetLength(0), rewards = scores.GetLength(1);
        double[,] resolved = new double[rows, rewards];
        for (int row = 0; row < rows; row++)
            for (int reward = 0; reward < rewards; reward++) resolved[row, reward] = scores[row, reward];
        if (policy == MissingRewardPolicy.NanSum) return resolved;
        for (int start = 0; start < rows; start += groupSize)
            for (int reward = 0; reward < rewards; reward++) FillFromGroup(scores, resolved, start, groupSize, reward);
        return resolved;
    }

    /// <summary>Whether no reward scored the row.</summary>
    public static bool IsUnscored(float[,] scores, int row)
    {
        for (int reward = 0; reward < scores.GetLength(1); reward++)
            if (!float.IsNaN(scores[row, reward])) return false;
        return true;
    }

    private static void FillFromGroup(float[,] scores, double[,] resolved, int start, int groupSize, int reward)
    {
        double sum = 0;
        int scored = 0;
        for (int row = start; row < start + groupSize; row++)
        {
            if (float.IsNaN(scores[row, reward])) continue;
            sum += scores[row, reward];
            scored++;
        }
        if (scored == groupSize || scored == 0) return;
        double standIn = 2 * scored >= groupSize ? sum / scored : double.NaN;
        for (int row = start; row < start + groupSize; row++)
        {
            if (double.IsNaN(standIn)) resolved[row, reward] = double.NaN;
            else if (float.IsNaN(scores[row, reward]) && !IsUnscored(scores, row)) resolved[row, reward] = standIn;
        }
    }
}
