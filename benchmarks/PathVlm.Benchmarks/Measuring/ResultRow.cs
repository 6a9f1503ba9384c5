namespace PathVlm.Benchmarks.Measuring;

/// <summary>One line of results; what does not apply is null.</summary>
/// <param name="Benchmark">Name of the benchmark.</param>
/// <param name="Case">What was measured.</param>
/// <param name="Time">Seconds.</param>
internal sealed record ResultRow(string Benchmark, string Case, Sample Time)
{
    /// <summary>The figure that the goal is about, with its unit.</summary>
    public string Figure { get; init; } = "";

    /// <summary>The goal, in the same unit.</summary>
    public string Goal { get; init; } = "";

    /// <summary>Operations that the result cannot be had without; for the share of the matrix-product rate.</summary>
    public double? NecessaryOperations { get; init; }

    /// <summary>Bytes that must be read; for the share of the memory bandwidth.</summary>
    public double? NecessaryBytes { get; init; }

    /// <summary>Largest resident size, bytes.</summary>
    public long PeakBytes { get; init; }

    /// <summary>Time of the padded (or otherwise usual) way over this one's.</summary>
    public double? RatioToUsual { get; init; }
}
