namespace PathVlm.MLNet.Training.Sft;

/// <summary>What the token losses of a micro-batch are divided by.</summary>
public enum LossNormalization
{
    /// <summary>
    /// The mean over the micro-batch's answer tokens; a step's loss is the mean of its micro-batches. TRL's for this model class.
    /// </summary>
    MeanOfMicroBatchMeans,

    /// <summary>
    /// The number of answer tokens of the whole optimizer step: the result does not depend on how it is cut into micro-batches.
    /// </summary>
    TokensOfStep,
}
