using System.Globalization;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Training.Logging;
using PathVlm.MLNet.Training.Options;

namespace PathVlm.MLNet.Training.Loop;

/// <summary>Forwards log lines to ML.NET's log and to the caller.</summary>
internal sealed class ChannelProgress(MessageChannel channel, IProgress<TrainingProgress>? also) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        string metrics = string.Join(
            ", ", value.Metrics.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:g5}")));
        channel.Info($"step {value.Step} of {value.TotalSteps}: {metrics}");
        also?.Report(value);
    }

    /// <summary>Reports how training ended and which weights the transformer has.</summary>
    public static void ReportEnd(MessageChannel channel, TrainingResult result)
    {
        if (result.SkippedSteps > 0)
            channel.Warning(
                $"{result.SkippedSteps} steps were not applied because loss or gradient was not finite;"
                + " lower LearningRate or MaxGradientNorm.");
        double[] equal = [.. result.Log.Select(line => line.GetValueOrDefault(MetricNames.ZeroDeviationShare, double.NaN))];
        if (equal.Length > 0 && Array.TrueForAll(equal, share => share == 1))
            channel.Warning(
                $"in {result.Steps} steps no group had completions with different rewards, so the rewards taught nothing;"
                + " raise Temperature or GroupSize, or use rewards and rows that tell completions apart.");
        string weights = result.BestStep is long best
            ? $"the model has the weights of step {best}, the best in validation"
            : "the model has the last weights";
        switch (result.Reason)
        {
            case StopReason.Cancelled:
                channel.Warning($"cancelled after {result.Steps} steps; {weights}.");
                break;
            case StopReason.NotFinite:
                channel.Warning(
                    $"stopped after {result.Steps} steps: loss or gradient was not finite {TrainingResult.NonFiniteStepLimit} times in a"
                    + $" row; {weights}. Lower LearningRate.");
                break;
            default:
                string ended = result.Reason == StopReason.StoppedEarly ? "stopped early" : "done";
                channel.Info($"{ended} after {result.Steps} steps; {weights}.");
                break;
        }
    }
}
