namespace PathVlm.MLNet.Evaluation.Statistics;

/// <summary>
/// McNemar's exact test: of the rows that exactly one of two models has right, b and c, is the split fair? p = 2 P(X ≤ min(b, c)) for
/// X ~ Binomial(b + c, 1/2), at most 1.
/// </summary>
internal static class McNemarTest
{
    /// <summary>The two-sided p.</summary>
    /// <param name="onlyFirst">b: rows that only the first has right.</param>
    /// <param name="onlySecond">c: rows that only the second has right.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public static double P(int onlyFirst, int onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        int count = onlyFirst + onlySecond, least = Math.Min(onlyFirst, onlySecond);
        double logChoose = 0, sum = 0;
        for (int k = 0; k <= least; k++)
        {
            if (k > 0)
                logChoose += Math.Log(count - k + 1) - Math.Log(k);
            sum += Math.Exp(logChoose - count * Math.Log(2));
        }
        return Math.Min(1, 2 * sum);
    }
}
