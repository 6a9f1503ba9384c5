namespace PathVlm.MLNet.Training.Options;

/// <summary>A log line of a training run.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="TotalSteps">Optimizer steps of the whole run.</param>
/// <param name="Metrics">Metrics by name (<see cref="Logging.MetricNames"/>), in TRL's order; NaN where a number does not exist.</param>
/// <param name="Elapsed">Time since the run began.</param>
public sealed record TrainingProgress(long Step, long TotalSteps, IReadOnlyDictionary<string, double> Metrics, TimeSpan Elapsed);
