namespace PathVlm.MLNet.Evaluation.Statistics;

/// <summary>
/// Holm's correction of m tests: with p sorted upwards, the i-th becomes the largest of (m - j + 1) p_j for j up to i, at most 1.
/// </summary>
internal static class HolmCorrection
{
    /// <summary>The corrected p of each test, in the order given.</summary>
    /// <param name="values">The p of each test, 0 to 1; NaN for a test that was not made, which stays NaN.</param>
    public static double[] Adjust(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        int[] order = [.. Enumerable.Range(0, values.Count).Where(test => !double.IsNaN(values[test])).OrderBy(test => values[test])];
        double[] adjusted = [.. values];
        double largest = 0;
        for (int rank = 0; rank < order.Length; rank++)
        {
            largest = Math.Max(largest, Math.Min(1, (order.Length - rank) * values[order[rank]]));
            adjusted[order[rank]] = largest;
        }
        return adjusted;
    }
}
