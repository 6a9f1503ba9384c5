using System.Globalization;

namespace PathVlm.Benchmarks.Training;

/// <summary>A measured cost.</summary>
/// <param name="Prompt">P, tokens of the prompt.</param>
/// <param name="Completions">G x R, tokens of all completions.</param>
/// <param name="Cost">GEMM-GFLOP equivalents.</param>
internal sealed record CostPoint(double Prompt, double Completions, double Cost);

/// <summary>
/// cost = a + b P + c P² + d G R + e P G R, fitted by least squares of relative errors: a is what a step costs whatever its size, b and d
/// what a row costs, c and e attention. A schedule that repeats prompts would show P G instead of P.
/// </summary>
internal sealed class CostLaw
{
    private readonly double[] _factors;

    private CostLaw(double[] factors, double error) => (_factors, MeanRelativeError) = (factors, error);

    /// <summary>Mean of |law - measured| / measured.</summary>
    public double MeanRelativeError { get; }

    /// <summary>Fits the law; where there are fewer points than factors, the last factors are 0.</summary>
    public static CostLaw Fit(IReadOnlyList<CostPoint> points)
    {
        int count = Math.Min(5, points.Count - 1);
        double[,] system = new double[count, count + 1];
        foreach (CostPoint point in points)
        {
            double[] terms = Terms(point);
            for (int row = 0; row < count; row++)
            {
                for (int column = 0; column < count; column++)
                    system[row, column] += terms[row] * terms[column] / (point.Cost * point.Cost);
                system[row, count] += terms[row] / point.Cost;
            }
        }
        double[] factors = new double[5];
        Solve(system, count).CopyTo(factors, 0);
        CostLaw law = new(factors, 0);
        return new CostLaw(factors, points.Average(point => Math.Abs(law.At(point) - point.Cost) / point.Cost));
    }

    /// <summary>The law's cost.</summary>
    public double At(CostPoint point) => Terms(point).Zip(_factors, (term, factor) => term * factor).Sum();

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{_factors[0]:G3} + {_factors[1]:G3} P + {_factors[2]:G3} P² + {_factors[3]:G3} GR + {_factors[4]:G3} P GR (mean error "
            + $"{MeanRelativeError:P0})");

    private static double[] Terms(CostPoint point) =>
        [1, point.Prompt, point.Prompt * point.Prompt, point.Completions, point.Prompt * point.Completions];

    /// <summary>Gaussian elimination with row exchange; a direction that the points do not determine gets 0.</summary>
    private static double[] Solve(double[,] system, int count)
    {
        for (int pivot = 0; pivot < count; pivot++)
        {
            int best = Enumerable.Range(pivot, count - pivot).MaxBy(row => Math.Abs(system[row, pivot]));
            for (int column = 0; column <= count; column++)
                (system[pivot, column], system[best, column]) = (system[best, column], system[pivot, column]);
            if (Math.Abs(system[pivot, pivot]) < 1e-12) continue;
            for (int row = 0; row < count; row++)
            {
                if (row == pivot) continue;
                double factor = system[row, pivot] / system[pivot, pivot];
                for (int column = pivot; column <= count; column++) system[row, column] -= factor * system[pivot, column];
            }
        }
        return [.. Enumerable.Range(0, count)
            .Select(row => Math.Abs(system[row, row]) < 1e-12 ? 0 : system[row, count] / system[row, row])];
    }
}
