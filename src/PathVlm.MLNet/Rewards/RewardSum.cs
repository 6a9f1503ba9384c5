namespace PathVlm.MLNet.Rewards;

/// <summary>
/// Several rewards of one completion as one number: sum of weight x score. A missing score (NaN) adds nothing; a completion that no
/// reward scored has no reward (NaN).
/// </summary>
internal static class RewardSum
{
    /// <summary>Sums the rewards of a group.</summary>
    /// <param name="scores">Scores [R][G] of R rewards; NaN where a reward gave none.</param>
    /// <param name="weights">Weights [R].</param>
    /// <returns>Reward [G] of each completion.</returns>
    public static float[] Of(IReadOnlyList<float[]> scores, IReadOnlyList<float> weights)
    {
        var total = new float[scores[0].Length];
        for (int completion = 0; completion < total.Length; completion++)
        {
            bool scored = false;
            for (int reward = 0; reward < scores.Count; reward++)
            {
                float score = scores[reward][completion];
                if (float.IsNaN(score)) continue;
                total[completion] += weights[reward] * score;
                scored = true;
            }
            if (!scored) total[completion] = float.NaN;
        }
        return total;
    }
}
