using PathVlm.MLNet.Training.Logging;

namespace PathVlm.MLNet.Training.Reporting;

/// <summary>The curves that tell most of a run, each chart with the metrics that are read together.</summary>
internal static class TrainingCurves
{
    private static readonly (string Title, Func<string, bool> Includes)[] Charts =
    [
        ("loss", metric => metric is MetricNames.Loss or MetricNames.ValidationLoss),
        ("token accuracy", metric => metric is MetricNames.MeanTokenAccuracy or MetricNames.ValidationTokenAccuracy),
        ("reward, and its parts", metric => metric == MetricNames.Reward
            || (metric.StartsWith("rewards/", StringComparison.Ordinal) && metric.EndsWith("/mean", StringComparison.Ordinal))),
        ("spread of the rewards", metric => metric is MetricNames.RewardDeviation or MetricNames.ZeroDeviationShare),
        ("KL to the reference", metric => metric == MetricNames.Kl),
        ("entropy", metric => metric is MetricNames.Entropy or MetricNames.ValidationPrefix + MetricNames.Entropy),
        ("tokens of a completion", metric => metric is MetricNames.MeanLength or MetricNames.MinLength or MetricNames.MaxLength),
        ("completions cut at the limit", metric => metric == MetricNames.ClippedRatio),
        ("clip rates", metric => metric is MetricNames.ClipRatioLowMean or MetricNames.ClipRatioHighMean
            or MetricNames.ClipRatioRegionMean or MetricNames.CispoClipRatio),
        ("missing reviews, rejected quotes", metric => metric is MetricNames.JudgeMissingRate or MetricNames.JudgeQuoteRejectedRate),
        ("the judge's scores", metric => metric is MetricNames.JudgeCompleteness or MetricNames.JudgeSoundness),
        ("gradient norm", metric => metric == MetricNames.GradientNorm),
        ("learning rate", metric => metric == MetricNames.LearningRate),
    ];

    /// <summary>The charts of a run's metrics: title, and metrics in the order of the log.</summary>
    /// <param name="metrics">Names of the metrics that the log lines have.</param>
    public static IEnumerable<(string Title, IReadOnlyList<string> Metrics)> Of(IReadOnlyCollection<string> metrics) =>
        Charts.Select(chart => (chart.Title, (IReadOnlyList<string>)[.. metrics.Where(chart.Includes)]))
            .Where(chart => chart.Item2.Count > 0);
}
