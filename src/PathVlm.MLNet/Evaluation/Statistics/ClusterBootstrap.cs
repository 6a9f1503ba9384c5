using PathVlm.Modeling.Numerics;

namespace PathVlm.MLNet.Evaluation.Statistics;

/// <summary>
/// The percentile bootstrap with whole clusters drawn: as many clusters as there are, with replacement; the statistic is the sum of values
/// over the sum of rows. Rows about one picture hang together, so they are drawn together.
/// </summary>
public static class ClusterBootstrap
{
    /// <summary>Draws of a bootstrap.</summary>
    /// <value>Default 10,000.</value>
    public const int DefaultDraws = 10_000;

    /// <summary>The 95% interval of a mean.</summary>
    /// <param name="clusters">The cluster of each row, by name.</param>
    /// <param name="values">The value of each row; the mean of 0s and 1s is an accuracy, of -1, 0, 1 a difference of two.</param>
    /// <param name="seed">Seed of the draws; draw i is a function of the seed and i.</param>
    /// <param name="draws">Number of draws.</param>
    /// <returns>The interval; no numbers where there are no rows.</returns>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public static Interval OfMean(IReadOnlyList<string> clusters, IReadOnlyList<int> values, int seed, int draws = DefaultDraws)
    {
        ArgumentNullException.ThrowIfNull(clusters);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 2);
        if (clusters.Count != values.Count)
            throw new ArgumentException($"got {clusters.Count} clusters for {values.Count} values", nameof(clusters));
        if (values.Count == 0)
            return new Interval(double.NaN, double.NaN);
        (int Sum, int Rows)[] totals = [.. Enumerable.Range(0, values.Count).GroupBy(row => clusters[row])
            .Select(cluster => (cluster.Sum(row => values[row]), cluster.Count()))];
        double[] means = new double[draws];
        for (int draw = 0; draw < draws; draw++)
            means[draw] = Draw(totals, new SeededRandom(SeededRandom.Mix((ulong)(uint)seed << 32 | (uint)draw)));
        Array.Sort(means);
        return new Interval(Quantile(means, 0.025), Quantile(means, 0.975));
    }

    private static double Draw((int Sum, int Rows)[] totals, SeededRandom random)
    {
        long sum = 0, rows = 0;
        for (int index = 0; index < totals.Length; index++)
        {
            (int clusterSum, int clusterRows) = totals[(int)Math.BigMul(random.NextBits(), (ulong)totals.Length, out _)];
            sum += clusterSum;
            rows += clusterRows;
        }
        return (double)sum / rows;
    }

    // Linear between the two nearest of the sorted values.
    private static double Quantile(double[] sorted, double share)
    {
        double place = share * (sorted.Length - 1);
        int below = (int)place, above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
