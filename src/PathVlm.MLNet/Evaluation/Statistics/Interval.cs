namespace PathVlm.MLNet.Evaluation.Statistics;

/// <summary>A confidence interval.</summary>
/// <param name="Low">Its lower end.</param>
/// <param name="High">Its upper end.</param>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>No interval: both ends are NaN.</summary>
    internal static Interval None => new(double.NaN, double.NaN);

    /// <summary>Half its width.</summary>
    public double HalfWidth => (High - Low) / 2;
}
