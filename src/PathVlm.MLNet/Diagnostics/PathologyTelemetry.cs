using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PathVlm.MLNet.Diagnostics;

/// <summary>
/// What the library shows to whoever listens: one <see cref="Meter"/> and one <see cref="ActivitySource"/>, both called <see cref="Name"/>.
/// No text of a question, an answer or a review is in either. Without a listener they cost next to nothing.
/// </summary>
public static class PathologyTelemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "PathVlm.MLNet";

    private static readonly Meter Meter = new(Name);
    private static readonly Gauge<double> Loss = Meter.CreateGauge<double>("pathvlm.training.loss", null, "Loss of the last log line.");
    private static readonly Gauge<double> Reward = Meter.CreateGauge<double>(
        "pathvlm.training.reward", null, "Mean weighted reward of the last log line.");

    private static readonly Gauge<double> Metric = Meter.CreateGauge<double>(
        "pathvlm.training.metric", null, "Every metric of the last log line, by the tag metric: judge figures, KL, lengths.");

    private static readonly Histogram<double> StepTime = Meter.CreateHistogram<double>(
        "pathvlm.training.step.duration", "s", "Time of an optimizer step, sampling included.");

    private static readonly Gauge<double> TokenRate = Meter.CreateGauge<double>(
        "pathvlm.training.tokens_per_second", null, "Tokens of the last optimizer step, by its time.");

    private static readonly Histogram<double> ReviewTime = Meter.CreateHistogram<double>(
        "pathvlm.judge.review.duration", "s", "Time of a review by the judge, by the tag outcome.");

    private static readonly Counter<long> JudgeTokens = Meter.CreateCounter<long>(
        "pathvlm.judge.tokens", null, "Tokens that the judge read and wrote, by the tag direction.");

    private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
        "pathvlm.batch.requests", null, "Requests to running batches that ended, by the tag outcome.");

    private static readonly Counter<long> BatchTokens = Meter.CreateCounter<long>(
        "pathvlm.batch.tokens", null, "Tokens of running batches, by the tag direction.");

    private static readonly UpDownCounter<int> Waiting = Meter.CreateUpDownCounter<int>(
        "pathvlm.batch.waiting", null, "Requests that wait for a place in a running batch.");

    private static readonly ActivitySource Source = new(Name);

    static PathologyTelemetry() => Meter.CreateObservableGauge(
        "pathvlm.process.memory", () => Environment.WorkingSet, "By", "Resident memory of the process.");

    /// <summary>Begins an activity; null where nobody listens.</summary>
    /// <param name="name">Such as stage.</param>
    internal static Activity? Start(string name) => Source.StartActivity(name);

    /// <summary>Tells the metrics of a log line.</summary>
    internal static void TellLine(IReadOnlyDictionary<string, double> metrics, string lossName, string rewardName)
    {
        if (metrics.TryGetValue(lossName, out double loss)) Loss.Record(loss);
        if (metrics.TryGetValue(rewardName, out double reward)) Reward.Record(reward);
        if (!Metric.Enabled) return;
        foreach ((string name, double value) in metrics)
            if (double.IsFinite(value)) Metric.Record(value, new KeyValuePair<string, object?>("metric", name));
    }

    /// <summary>Tells of an optimizer step.</summary>
    internal static void TellStep(TimeSpan taken, long tokens)
    {
        StepTime.Record(taken.TotalSeconds);
        if (taken > TimeSpan.Zero) TokenRate.Record(tokens / taken.TotalSeconds);
    }

    /// <summary>Tells of a review; the outcome is scored, or why there is none.</summary>
    internal static void TellReview(TimeSpan taken, string outcome, long read, long written)
    {
        ReviewTime.Record(taken.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
        TellTokens(JudgeTokens, read, written);
    }

    /// <summary>Tells that a request to a running batch ended: answered, cancelled, failed or refused.</summary>
    internal static void TellRequest(string outcome) => Requests.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>Tells tokens of a running batch.</summary>
    internal static void TellBatchTokens(long read, long written) => TellTokens(BatchTokens, read, written);

    /// <summary>Tells that more or fewer requests wait.</summary>
    internal static void TellWaiting(int change) => Waiting.Add(change);

    private static void TellTokens(Counter<long> counter, long read, long written)
    {
        if (read > 0) counter.Add(read, new KeyValuePair<string, object?>("direction", "input"));
        if (written > 0) counter.Add(written, new KeyValuePair<string, object?>("direction", "output"));
    }
}
