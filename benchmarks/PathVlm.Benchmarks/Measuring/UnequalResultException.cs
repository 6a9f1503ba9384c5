using System.Globalization;

namespace PathVlm.Benchmarks.Measuring;

/// <summary>Two ways of computing the same number differ: the figures beside them mean nothing.</summary>
internal sealed class UnequalResultException(string message) : Exception(message)
{
    /// <summary>Compares two numbers.</summary>
    /// <param name="what">Names the number.</param>
    /// <param name="ours">Ours.</param>
    /// <param name="usual">The padded schedule's.</param>
    /// <param name="relative">Largest difference, relative to the larger.</param>
    /// <exception cref="UnequalResultException">They differ by more.</exception>
    public static void ThrowUnlessClose(string what, double ours, double usual, double relative)
    {
        double bound = relative * Math.Max(Math.Abs(ours), Math.Abs(usual)) + 1e-7;
        if (!(Math.Abs(ours - usual) <= bound))
            throw new UnequalResultException(string.Create(CultureInfo.InvariantCulture, $"{what}: ours {ours:R}, padded {usual:R}."));
    }
}
