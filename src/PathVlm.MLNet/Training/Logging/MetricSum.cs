namespace PathVlm.MLNet.Training.Logging;

/// <summary>What a mean is computed from.</summary>
/// <param name="Name">The metric.</param>
/// <param name="Sum">Sum of its numbers.</param>
/// <param name="Count">Their number.</param>
internal sealed record MetricSum(string Name, double Sum, int Count);
