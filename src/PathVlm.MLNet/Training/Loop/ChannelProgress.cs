using System.Globalization;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Training.Options;

namespace PathVlm.MLNet.Training.Loop;

/// <summary>Tells log lines to ML.NET's log and to the caller.</summary>
internal sealed class ChannelProgress(MessageChannel channel, IProgress<TrainingProgress>? also) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        string metrics = string.Join(", ", value.Metrics.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:g5}")));
        channel.Info($"step {value.Step} of {value.TotalSteps}: {metrics}");
        also?.Report(value);
    }

    /// <summary>Says how training ended and what the transformer holds.</summary>
    public static void TellEnd(MessageChannel channel, TrainingResult result)
    {
        if (result.SkippedSteps > 0)
            channel.Warning($"{result.SkippedSteps} steps were not applied because loss or gradient was not finite; lower LearningRate or MaxGradientNorm.");
        string held = result.BestStep is long best ? $"the model holds the weights of step {best}, which validation chose" : "the model holds the last weights";
        switch (result.Reason)
        {
            case StopReason.Cancelled:
                channel.Warning($"cancelled after {result.Steps} steps; {held}.");
                break;
            case StopReason.NotFinite:
                channel.Warning($"stopped after {result.Steps} steps: loss or gradient was not finite three times in a row; {held}. Lower LearningRate.");
                break;
            default:
                channel.Info($"{(result.Reason == StopReason.StoppedEarly ? "stopped early" : "done")} after {result.Steps} steps; {held}.");
                break;
        }
    }
}
