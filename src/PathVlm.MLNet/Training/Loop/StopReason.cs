namespace PathVlm.MLNet.Training.Loop;

/// <summary>Why a training run ended.</summary>
public enum StopReason
{
    /// <summary>All steps were done.</summary>
    Completed,

    /// <summary>
    /// The caller cancelled. Training ended within one step, and that step was dropped: the weights are those of the last completed step,
    /// or of the best validation where there was one.
    /// </summary>
    Cancelled,

    /// <summary>Validation did not improve for as long as the options allow.</summary>
    StoppedEarly,

    /// <summary>
    /// Loss or gradient was not finite in <see cref="TrainingResult.NonFiniteStepLimit"/> steps in a row; none of them was applied.
    /// </summary>
    NotFinite,

    /// <summary>The judge of a process reward stopped it, by an exception; this is for the report and <c>Result</c>.</summary>
    JudgeStopped,
}
