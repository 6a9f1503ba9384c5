namespace PathVlm.MLNet.Training.Loop;

/// <summary>
/// Where a run is, beside weights and optimizer moments. Everything else that a loop does is a function of these numbers and the seed, so
/// that a run continued from them equals the uninterrupted run.
/// </summary>
internal sealed class TrainingState
{
    /// <summary>Optimizer steps done, skipped ones included; the position in the data and the learning rate follow from it.</summary>
    public long Step { get; set; }

    /// <summary>Steps not applied so far.</summary>
    public long SkippedSteps { get; set; }

    /// <summary>Steps not applied since the last applied one.</summary>
    public int SkippedInARow { get; set; }

    /// <summary>Whether the last step was applied but what follows it, such as validation, is not done yet.</summary>
    public bool IsStepOpen { get; set; }

    /// <summary>Tokens seen (<c>num_tokens</c>).</summary>
    public long TokenCount { get; set; }

    /// <summary>Step of the best validation; null before the first.</summary>
    public long? BestStep { get; set; }

    /// <summary>Number of the best validation.</summary>
    public double BestValue { get; set; } = double.NaN;

    /// <summary>Validations since the best one.</summary>
    public int ValidationsSinceBest { get; set; }

    /// <summary>Takes over the numbers of another run's state.</summary>
    public void CopyFrom(TrainingState other)
    {
        (Step, SkippedSteps, SkippedInARow, IsStepOpen) = (other.Step, other.SkippedSteps, other.SkippedInARow, other.IsStepOpen);
        (TokenCount, BestStep, BestValue, ValidationsSinceBest) =
            (other.TokenCount, other.BestStep, other.BestValue, other.ValidationsSinceBest);
    }

    /// <summary>Counts an optimizer step that was applied or skipped.</summary>
    public void Count(bool applied)
    {
        SkippedInARow = applied ? 0 : SkippedInARow + 1;
        if (!applied) SkippedSteps++;
    }
}
