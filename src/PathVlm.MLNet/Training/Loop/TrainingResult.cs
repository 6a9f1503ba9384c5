using PathVlm.MLNet.Training.Options;

namespace PathVlm.MLNet.Training.Loop;

/// <summary>Why a training run ended.</summary>
public enum StopReason
{
    /// <summary>All steps were done.</summary>
    Completed,

    /// <summary>
    /// The caller cancelled: within one step training ended, the step begun was dropped, and the weights are those of the last whole step, or
    /// of the best validation where there was one.
    /// </summary>
    Cancelled,

    /// <summary>Validation did not improve for as long as the options allow.</summary>
    StoppedEarly,

    /// <summary>Loss or gradient was not finite in three steps in a row; none of them was applied.</summary>
    NotFinite,
}

/// <summary>How a training run ended; what was learnt is in the model that was given.</summary>
/// <param name="Reason">Why it ended.</param>
/// <param name="Steps">Optimizer steps done, skipped ones included.</param>
/// <param name="SkippedSteps">Steps not applied because loss or gradient was not finite.</param>
/// <param name="Log">The log lines, oldest first.</param>
/// <param name="BestStep">Step whose weights validation chose and the model now has; null without validation.</param>
public sealed record TrainingResult(
    StopReason Reason, long Steps, long SkippedSteps, IReadOnlyList<IReadOnlyDictionary<string, double>> Log, long? BestStep = null)
{
    /// <summary>Steps in a row whose loss or gradient is not finite that end a run (<see cref="StopReason.NotFinite"/>): 3.</summary>
    public const int NonFiniteStepLimit = TrainingDefaults.MaxNonFiniteSteps;

    /// <summary>A run that was cancelled before its first step.</summary>
    internal static TrainingResult NotBegun { get; } = new(StopReason.Cancelled, 0, 0, []);
}
