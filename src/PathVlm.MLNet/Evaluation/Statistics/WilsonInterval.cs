namespace PathVlm.MLNet.Evaluation.Statistics;

/// <summary>
/// Wilson's score interval of a proportion p = k / n: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), z = 1.959964 for 95%. It treats
/// rows as independent, unlike the bootstrap beside which it stands.
/// </summary>
internal static class WilsonInterval
{
    private const double Z = 1.959963984540054;

    /// <summary>The 95% interval.</summary>
    /// <param name="successes">k, 0 to <paramref name="count"/>.</param>
    /// <param name="count">n; 0 gives no numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative, or k exceeds n.</exception>
    public static Interval Of(int successes, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, count);
        if (count == 0)
            return new Interval(double.NaN, double.NaN);
        double p = (double)successes / count, scale = 1 + Z * Z / count;
        double centre = (p + Z * Z / (2 * count)) / scale;
        double half = Z / scale * Math.Sqrt(p * (1 - p) / count + Z * Z / (4.0 * count * count));
        return new Interval(successes == 0 ? 0 : Math.Max(0, centre - half), successes == count ? 1 : Math.Min(1, centre + half));
    }
}
