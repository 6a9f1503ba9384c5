using System.Diagnostics;
using PathVlm.MLNet.Diagnostics;
using PathVlm.MLNet.Training.Options;
using TorchSharp;

namespace PathVlm.MLNet.Training.Logging;

/// <summary>
/// A run's log lines: kept for the result, reported to the caller's progress, and where a folder is given written to metrics.jsonl (step
/// and metrics) and as TensorBoard events (tag train/NAME; names that begin with eval_ as eval/NAME).
/// </summary>
internal sealed class MetricsLog : IDisposable
{
    private readonly List<IReadOnlyDictionary<string, double>> _lines = [];
    private readonly List<long> _steps = [];
    private readonly JsonLinesWriter? _json;
    private readonly TorchSharp.Modules.SummaryWriter? _events;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly long _totalSteps;
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>A log of a run.</summary>
    public MetricsLog(string? folder, long totalSteps, IProgress<TrainingProgress>? progress)
    {
        _totalSteps = totalSteps;
        _progress = progress;
        if (folder is null) return;
        _json = new JsonLinesWriter(Path.Combine(folder, TrainingOutput.MetricsFile));
        _events = torch.utils.tensorboard.SummaryWriter(Path.Combine(folder, TrainingOutput.EventsFolder));
    }

    /// <summary>All lines, oldest first.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, double>> Lines => _lines;

    /// <summary>Optimizer steps done at each line.</summary>
    public IReadOnlyList<long> Steps => _steps;

    /// <summary>Adds a line.</summary>
    public void Write(long step, IReadOnlyDictionary<string, double> metrics)
    {
        _lines.Add(metrics);
        _steps.Add(step);
        _json?.Write(json =>
        {
            json.WriteNumber("step", step);
            foreach ((string name, double value) in metrics) JsonLinesWriter.WriteNumber(json, name, value);
        });
        PathologyTelemetry.TellLine(metrics, MetricNames.Loss, MetricNames.Reward);
        // TensorBoard counts seconds since 1970; TorchSharp's own default is another number.
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        if (_events is not null)
            foreach ((string name, double value) in metrics)
                if (double.IsFinite(value)) _events.add_scalar(TagOf(name), (float)value, (int)step, now);
        _progress?.Report(new TrainingProgress(step, _totalSteps, metrics, Stopwatch.GetElapsedTime(_started)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _json?.Dispose();
        (_events as IDisposable)?.Dispose();
    }

    private static string TagOf(string name) =>
        name.StartsWith(MetricNames.ValidationPrefix, StringComparison.Ordinal)
            ? $"eval/{name[MetricNames.ValidationPrefix.Length..]}"
            : $"train/{name}";
}
