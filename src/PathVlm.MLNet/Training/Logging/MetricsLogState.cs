namespace PathVlm.MLNet.Training.Logging;

/// <summary>How far a run's log is.</summary>
/// <param name="Begin">Bytes of metrics.jsonl before the run's first line.</param>
/// <param name="End">Bytes of it now.</param>
/// <param name="EventFiles">Bytes of each file of TensorBoard events, by its name.</param>
internal sealed record MetricsLogState(long Begin, long End, IReadOnlyDictionary<string, long> EventFiles);
