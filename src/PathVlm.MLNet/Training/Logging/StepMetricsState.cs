namespace PathVlm.MLNet.Training.Logging;

/// <summary>The metrics of a log line that is not complete yet.</summary>
/// <param name="Loss">Sum of the losses.</param>
/// <param name="Steps">Optimizer steps counted.</param>
/// <param name="GradientNorm">The last step's.</param>
/// <param name="LearningRate">The last step's.</param>
/// <param name="Means">Sums of the other metrics.</param>
internal sealed record StepMetricsState(double Loss, int Steps, double GradientNorm, double LearningRate, IReadOnlyList<MetricSum> Means);
