using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
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
    private const string StepName = "step";
    private readonly List<IReadOnlyDictionary<string, double>> _lines = [];
    private readonly List<long> _steps = [];
    private readonly JsonLinesWriter? _json;
    private readonly string? _eventsFolder;
    private TorchSharp.Modules.SummaryWriter? _events;
    private string _eventsSuffix = "";
    private long _begin;
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
        _begin = _json.Length;
        _eventsFolder = Path.Combine(folder, TrainingOutput.EventsFolder);
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
            json.WriteNumber(StepName, step);
            foreach ((string name, double value) in metrics) JsonLinesWriter.WriteNumber(json, name, value);
        });
        PathologyTelemetry.TellLine(metrics, MetricNames.Loss, MetricNames.Reward);
        // TensorBoard counts seconds since 1970; TorchSharp's own default is another number.
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        if (_eventsFolder is not null)
        {
            _events ??= torch.utils.tensorboard.SummaryWriter(_eventsFolder, _eventsSuffix);
            foreach ((string name, double value) in metrics)
                if (double.IsFinite(value)) _events.add_scalar(TagOf(name), (float)value, (int)step, now);
        }
        _progress?.Report(new TrainingProgress(step, _totalSteps, metrics, Stopwatch.GetElapsedTime(_started)));
    }

    /// <summary>How far the log's files are.</summary>
    public MetricsLogState State => new(_begin, _json?.Length ?? 0, EventFiles().ToDictionary(file => file.Name, file => file.Length));

    /// <summary>Goes on from an earlier state: what was written after it is taken off the files.</summary>
    /// <exception cref="InvalidDataException">A file is shorter than it was, or gone.</exception>
    public void Continue(MetricsLogState state, long step)
    {
        if (_json is null || _eventsFolder is null) return;
        _begin = state.Begin;
        foreach (string line in _json.CutTo(state.End, state.Begin))
        {
            Dictionary<string, double> metrics = MetricsOf(line);
            metrics.Remove(StepName, out double at);
            _lines.Add(metrics);
            _steps.Add((long)at);
        }

        // TensorBoard reads all files of the folder as one run.
        _eventsSuffix = string.Create(CultureInfo.InvariantCulture, $"from-{step}");
        foreach (FileInfo file in EventFiles().Where(file => !state.EventFiles.ContainsKey(file.Name))) file.Delete();
        foreach ((string name, long bytes) in state.EventFiles)
        {
            FileInfo file = new(Path.Combine(_eventsFolder, name));
            if (!file.Exists || file.Length < bytes)
                throw new InvalidDataException(
                    $"{file.FullName}: expected {bytes:N0} bytes or more, as when the checkpoint was written,"
                    + $" got {(file.Exists ? file.Length : 0):N0}");
            using FileStream events = file.OpenWrite();
            events.SetLength(bytes);
        }
    }

    /// <summary>Has the lines written to the disk.</summary>
    public void FlushToDisk() => _json?.FlushToDisk();

    /// <inheritdoc/>
    public void Dispose()
    {
        _json?.Dispose();
        (_events as IDisposable)?.Dispose();
    }

    private static Dictionary<string, double> MetricsOf(string line) =>
        JsonSerializer.Deserialize<Dictionary<string, double?>>(line)!
            .ToDictionary(metric => metric.Key, metric => metric.Value ?? double.NaN);

    private IEnumerable<FileInfo> EventFiles() => Directory.Exists(_eventsFolder)
        ? new DirectoryInfo(_eventsFolder).EnumerateFiles("events.out.tfevents.*")
        : [];

    private static string TagOf(string name) =>
        name.StartsWith(MetricNames.ValidationPrefix, StringComparison.Ordinal)
            ? $"eval/{name[MetricNames.ValidationPrefix.Length..]}"
            : $"train/{name}";
}
