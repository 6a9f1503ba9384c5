using PathVlm.MLNet.Training.Options;

namespace PathVlm.MLNet.Training.Loop;

/// <summary>How a training run ended.</summary>
/// <param name="Reason">Why it ended.</param>
/// <param name="Steps">Optimizer steps done, skipped ones included.</param>
/// <param name="SkippedSteps">Steps not applied because loss or gradient was not finite.</param>
/// <param name="Log">The log lines, oldest first.</param>
/// <param name="BestStep">Step whose weights were the best in validation and are the model's; null without validation.</param>
public sealed record TrainingResult(
    StopReason Reason, long Steps, long SkippedSteps, IReadOnlyList<IReadOnlyDictionary<string, double>> Log, long? BestStep = null)
{
    /// <summary>Steps in a row whose loss or gradient is not finite that end a run (<see cref="StopReason.NotFinite"/>): 3.</summary>
    public const int NonFiniteStepLimit = TrainingDefaults.MaxNonFiniteSteps;

    /// <summary>A run that was cancelled before its first step.</summary>
    internal static TrainingResult NotBegun { get; } = new(StopReason.Cancelled, 0, 0, []);
}
