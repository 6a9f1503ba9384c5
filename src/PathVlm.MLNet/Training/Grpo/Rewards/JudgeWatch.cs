using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PathVlm.MLNet.Judging.Canaries;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Training.Checkpoints;
using PathVlm.MLNet.Training.Logging;
using PathVlm.MLNet.Training.Options;

namespace PathVlm.MLNet.Training.Grpo.Rewards;

/// <summary>
/// Watches judges (docs/process-reward.md, Watch): the canaries before a stage and every so many steps, and, over windows of its log lines,
/// whether the process reward follows the length of the completions (rank correlation above .5) or rises while accuracy falls. Each is
/// warned of once; the latter ends the run where the policy is <see cref="CanaryPolicy.Stop"/>. GRPO holds no validation rows: that
/// accuracy is the sampled answers' on the training rows, and a fall on held-out rows alone goes unseen. What the stage will
/// have cost is forecast once, after 50 reviews of a judge that is not offline.
/// </summary>
internal sealed class JudgeWatch(
    IReadOnlyList<ProcessRewardTransformer> judges, MessageChannel channel, IProgress<TrainingProgress> next,
    CancellationToken cancellation)
    : IProgress<TrainingProgress>
{
    /// <summary>Log lines of a window.</summary>
    internal const int Window = 20;

    private const double MaxLengthCorrelation = 0.5;
    private const double Apart = 0.05;
    private static readonly string ProcessMean = MetricNames.RewardMean(ProcessRewardColumns.ProcessReward);
    private static readonly string AccuracyMean = MetricNames.RewardMean(AccuracyRewardTransformer.Name);
    private readonly List<IReadOnlyDictionary<string, double>> _lines = [];
    private readonly Dictionary<ProcessRewardTransformer, int> _unforecast = []; // with what was asked before the first step
    private readonly HashSet<(ProcessRewardTransformer, MissingCause)> _toldMissing = [];
    private bool _hasBegun, _toldLength, _toldAccuracy;
    private long _shown;

    /// <summary>Has the judges review their canaries before the first step, and warns or stops as each judge's options say.</summary>
    /// <exception cref="JudgeStoppedException">
    /// A canary does not hold and the policy is <see cref="CanaryPolicy.Stop"/>, or the judge cannot be used.
    /// </exception>
    public void Begin()
    {
        if (_hasBegun) return;
        _hasBegun = true;
        foreach (ProcessRewardTransformer judge in judges)
        {
            ReviewCanaries(judge, step: 0);
            if (!judge.IsOffline) _unforecast[judge] = judge.Statistics.Asked;
        }
    }

    public void Report(TrainingProgress value)
    {
        if (value.Metrics.ContainsKey(MetricNames.JudgeReviews))
        {
            _lines.Add(value.Metrics);
            if (_lines.Count > 2 * Window) _lines.RemoveAt(0);
            if (_lines.Count >= Window && !_toldLength) _toldLength = TellLength(value.Step);
            if (_lines.Count == 2 * Window && !_toldAccuracy) _toldAccuracy = TellAccuracy(value.Step);
        }
        foreach ((ProcessRewardTransformer judge, int before) in _unforecast) TellForecast(judge, before, value);
        foreach (ProcessRewardTransformer judge in judges) TellMissing(judge, value.Step);
        next.Report(value);
    }

    /// <summary>Shows the canaries where they are due after a step.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; they are still due then.</exception>
    public void AfterStep(long step, long totalSteps)
    {
        foreach (ProcessRewardTransformer judge in judges)
            if (judge.CanarySteps > 0 && step < totalSteps && step / judge.CanarySteps > _shown / judge.CanarySteps)
            {
                cancellation.ThrowIfCancellationRequested();
                ReviewCanaries(judge, step);
                cancellation.ThrowIfCancellationRequested();
            }

        _shown = step;
    }

    /// <summary>What a checkpoint keeps.</summary>
    public JsonNode? SaveState() => judges.Count == 0
        ? null
        : JsonSerializer.SerializeToNode(
            new State(
                _lines,
                [.. judges.Select(judge => _unforecast.TryGetValue(judge, out int asked) ? (int?)asked : null)],
                [.. judges.Select(judge => _toldMissing.Where(told => told.Item1 == judge).Select(told => told.Item2).ToArray())],
                _toldLength, _toldAccuracy, _shown),
            CheckpointManifest.Json);

    /// <summary>Goes on from a checkpoint; the canaries are not shown again.</summary>
    public void RestoreState(JsonNode node)
    {
        State state = node.Deserialize<State>(CheckpointManifest.Json)!;
        _hasBegun = true;
        _lines.AddRange(state.Lines);
        for (int i = 0; i < judges.Count; i++)
        {
            ProcessRewardTransformer judge = judges[i];
            if (state.Unforecast[i] is { } asked) _unforecast[judge] = asked;
            _toldMissing.UnionWith(state.ToldMissing[i].Select(cause => (judge, cause)));
        }

        (_toldLength, _toldAccuracy, _shown) = (state.ToldLength, state.ToldAccuracy, state.Shown);
    }

    private void ReviewCanaries(ProcessRewardTransformer judge, long step)
    {
        // Where it was cancelled, training ends at once.
        if (cancellation.IsCancellationRequested || judge.ReviewCanaries(step, cancellation) is not { } report) return;
        string message = step == 0 ? report.ToString() : $"step {step}: {report}";
        if (report.Failures.Count == 0) channel.Info(message);
        else if (judge.CanaryPolicy == CanaryPolicy.Stop) throw new JudgeStoppedException(message);
        else channel.Warning(message);
    }

    // Once a cause: what follows is in the metrics.
    private void TellMissing(ProcessRewardTransformer judge, long step)
    {
        int known = _toldMissing.Count;
        _toldMissing.UnionWith(judge.Statistics.Missing.Keys.Select(cause => (judge, cause)));
        if (_toldMissing.Count > known) channel.Warning($"step {step}: reviews are missing: {judge.Statistics.MissingInWords}");
    }

    private void TellForecast(ProcessRewardTransformer judge, int before, TrainingProgress progress)
    {
        int asked = judge.Statistics.Asked;
        long reviews = before + (long)Math.Round((double)(asked - before) * progress.TotalSteps / Math.Max(1, progress.Step));
        if (judge.Statistics.Forecast(reviews) is not { } price) return;
        _unforecast.Remove(judge);
        channel.Info(string.Create(CultureInfo.InvariantCulture,
            $"step {progress.Step}: the judge was asked for {asked} reviews; forecast for the stage: {reviews} reviews,"
            + $" price {price:0.00}"));
    }

    private bool TellLength(long step)
    {
        double correlation = Mean(_lines.TakeLast(Window), MetricNames.JudgeLengthCorrelation);
        if (!(correlation > MaxLengthCorrelation)) return false;
        channel.Warning(string.Create(CultureInfo.InvariantCulture,
            $"step {step}: the process reward follows the length of the completions (rank correlation {correlation:0.00} over {Window}"
            + $" log lines, more than {MaxLengthCorrelation}); look at rollouts.jsonl, lower its weight or the completion length."));
        return true;
    }

    private bool TellAccuracy(long step)
    {
        double process = Gain(ProcessMean), accuracy = Gain(AccuracyMean);
        if (!(process >= Apart && accuracy <= -Apart)) return false;
        string message = string.Create(CultureInfo.InvariantCulture,
            $"step {step}: the process reward rose by {process:0.00} while the accuracy of the sampled answers, on training rows, fell by"
            + $" {-accuracy:0.00} ({Window} log lines against the {Window} before); look at rollouts.jsonl, lower the process reward's"
            + $" weight.");
        if (judges.Any(judge => judge.CanaryPolicy == CanaryPolicy.Stop)) throw new JudgeStoppedException(message);
        channel.Warning(message);
        return true;
    }

    private double Gain(string metric) => Mean(_lines.Skip(Window), metric) - Mean(_lines.Take(Window), metric);

    private static double Mean(IEnumerable<IReadOnlyDictionary<string, double>> window, string metric)
    {
        double[] present = [.. window.Select(line => line.GetValueOrDefault(metric, double.NaN)).Where(value => !double.IsNaN(value))];
        return present.Length == 0 ? double.NaN : present.Average();
    }

    private sealed record State(
        IReadOnlyList<IReadOnlyDictionary<string, double>> Lines, IReadOnlyList<int?> Unforecast, IReadOnlyList<MissingCause[]> ToldMissing,
        bool ToldLength, bool ToldAccuracy, long Shown);
}
