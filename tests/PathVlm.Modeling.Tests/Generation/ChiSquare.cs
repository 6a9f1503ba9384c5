namespace PathVlm.Modeling.Tests.Generation;

/// <summary>Pearson's test of drawn counts against a distribution, cells pooled until 5 draws are expected in each.</summary>
internal static class ChiSquare
{
    /// <summary>
    /// Probability of a deviation at least as large when the counts do come from the distribution; 0 where an impossible cell was drawn.
    /// </summary>
    public static double PValue(double[] counts, double[] probabilities, int draws)
    {
        List<(double Count, double Expected)> cells = [];
        (double Count, double Expected) pool = (0, 0);
        foreach (int i in Enumerable.Range(0, counts.Length).OrderBy(i => probabilities[i]))
        {
            if (probabilities[i] == 0 && counts[i] > 0)
                return 0;
            pool = (pool.Count + counts[i], pool.Expected + (probabilities[i] * draws));
            if (pool.Expected >= 5)
            {
                cells.Add(pool);
                pool = (0, 0);
            }
        }

        if (cells.Count == 0)
            cells.Add(pool);
        else
            cells[^1] = (cells[^1].Count + pool.Count, cells[^1].Expected + pool.Expected);
        double statistic = cells.Sum(cell => Math.Pow(cell.Count - cell.Expected, 2) / cell.Expected);
        return cells.Count == 1 ? (statistic < 1e-6 ? 1 : 0) : UpperGamma((cells.Count - 1) / 2.0, statistic / 2);
    }

    // Regularised upper incomplete gamma function: series below a + 1, Lentz's continued fraction above (Abramowitz and Stegun 6.5).
    private static double UpperGamma(double a, double x)
    {
        if (x <= 0)
            return 1;
        double front = Math.Exp((a * Math.Log(x)) - x - LogGamma(a));
        if (x < a + 1)
        {
            double term = 1 / a, sum = term;
            for (int n = 1; term > sum * 1e-15; n++)
                sum += term *= x / (a + n);
            return 1 - (sum * front);
        }

        double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
        for (int n = 1; n < 10_000; n++)
        {
            double an = -n * (n - a);
            b += 2;
            d = 1 / ((an * d) + b);
            c = b + (an / c);
            h *= c * d;
            if (Math.Abs((c * d) - 1) < 1e-15)
                break;
        }

        return front * h;
    }

    // Stirling's series after shifting the argument above 10.
    private static double LogGamma(double x)
    {
        double shift = 0;
        for (; x < 10; x++)
            shift += Math.Log(x);
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (1 / (12 * x)) - (1 / (360 * x * x * x)) - shift;
    }
}
