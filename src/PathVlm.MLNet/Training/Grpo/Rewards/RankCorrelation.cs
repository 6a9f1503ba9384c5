namespace PathVlm.MLNet.Training.Grpo.Rewards;

/// <summary>Spearman's rank correlation: Pearson's of the ranks, equal numbers sharing their mean rank.</summary>
internal static class RankCorrelation
{
    /// <summary>-1 to 1; NaN for fewer than two pairs, or where one side is constant.</summary>
    public static double Of(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        double[] one = Ranks(first), other = Ranks(second);
        double mean = (one.Length + 1) / 2.0, product = 0, squares = 0, otherSquares = 0;
        for (int i = 0; i < one.Length; i++)
        {
            product += (one[i] - mean) * (other[i] - mean);
            squares += (one[i] - mean) * (one[i] - mean);
            otherSquares += (other[i] - mean) * (other[i] - mean);
        }
        return squares == 0 || otherSquares == 0 ? double.NaN : product / Math.Sqrt(squares * otherSquares);
    }

    private static double[] Ranks(IReadOnlyList<double> values)
    {
        double[] ranks = new double[values.Count];
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i])];
        for (int start = 0, end; start < order.Length; start = end)
        {
            for (end = start + 1; end < order.Length && values[order[end]] == values[order[start]]; end++) { }
            for (int i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2.0;
        }
        return ranks;
    }
}
