namespace PathVlm.MLNet.Training.Loop;

/// <summary>
/// Where a loop stands, beside weights and optimizer moments: everything else it does is a function of these numbers and the seed, so a
/// run that is written down here and goes on is the unbroken run.
/// </summary>
public sealed class TrainingState
{
    /// <summary>Optimizer steps done, skipped ones included; the position in the data and the learning rate follow from it.</summary>
    public long Step { get; set; }

    /// <summary>Steps not applied so far.</summary>
    public long SkippedSteps { get; set; }

    /// <summary>Steps not applied since the last applied one.</summary>
    public int SkippedInARow { get; set; }

    /// <summary>Tokens seen (<c>num_tokens</c>).</summary>
    public long TokenCount { get; set; }

    /// <summary>Step of the best validation; null before the first.</summary>
    public long? BestStep { get; set; }

    /// <summary>Number of the best validation.</summary>
    public double BestValue { get; set; } = double.NaN;

    /// <summary>Validations since the best one.</summary>
    public int ValidationsSinceBest { get; set; }

    internal void Count(UpdateOutcome outcome)
    {
        SkippedInARow = outcome.Applied ? 0 : SkippedInARow + 1;
        if (!outcome.Applied) SkippedSteps++;
    }
}
