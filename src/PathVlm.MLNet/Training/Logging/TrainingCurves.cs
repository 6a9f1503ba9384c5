namespace PathVlm.MLNet.Training.Logging;

/// <summary>The metrics whose curves tell most of a run.</summary>
internal static class TrainingCurves
{
    private static readonly HashSet<string> Names =
    [
        MetricNames.Loss, MetricNames.MeanTokenAccuracy, MetricNames.Reward, MetricNames.RewardDeviation, MetricNames.Kl,
        MetricNames.Entropy, MetricNames.MeanLength, MetricNames.ClipRatioRegionMean, MetricNames.GradientNorm, MetricNames.LearningRate,
    ];

    /// <summary>Whether a metric has a curve of its own: the list, and the mean of each reward.</summary>
    public static bool IsShown(string metric) => Names.Contains(metric)
        || metric.StartsWith("rewards/", StringComparison.Ordinal) && metric.EndsWith("/mean", StringComparison.Ordinal)
        || metric.StartsWith(MetricNames.ValidationPrefix, StringComparison.Ordinal);
}
