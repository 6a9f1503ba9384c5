namespace PathVlm.Modeling.Training;

/// <summary>Settings of a <see cref="NextTokenTrainer"/>.</summary>
public sealed record NextTokenOptions
{
    /// <summary>Optimizer steps of the run, which the learning rate's cosine spans; 1 or more.</summary>
    public required int Steps { get; init; }

    /// <summary>Learning rate after the warm-up; above 0.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Optimizer steps in which the learning rate rises from 0; 0 or more.</summary>
    /// <value>0.</value>
    public int WarmupSteps { get; init; }

    /// <summary>Decoupled weight decay; 0 or more. Biases and norms are not decayed.</summary>
    /// <value>0.</value>
    public double WeightDecay { get; init; }

    /// <summary>AdamW's decay of the first moment, in [0, 1).</summary>
    /// <value>0.9.</value>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's decay of the second moment, in [0, 1).</summary>
    /// <value>0.98.</value>
    public double Beta2 { get; init; } = 0.98;

    /// <summary>AdamW's constant that is added to the root of the second moment; above 0.</summary>
    /// <value>1e-8.</value>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Largest 2-norm of the gradient; a longer one is scaled down to it. Above 0.</summary>
    /// <value>1.</value>
    public double MaxGradientNorm { get; init; } = 1;

    /// <summary>Checks every setting and reports all faults at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range; the message names each with its value.</exception>
    public void Validate()
    {
        List<string> faults = [];
        Require(Steps >= 1, nameof(Steps), Steps, "1 or more");
        Require(LearningRate > 0 && double.IsFinite(LearningRate), nameof(LearningRate), LearningRate, "a number above 0");
        Require(WarmupSteps >= 0, nameof(WarmupSteps), WarmupSteps, "0 or more");
        Require(WeightDecay >= 0 && double.IsFinite(WeightDecay), nameof(WeightDecay), WeightDecay, "0 or more");
        Require(Beta1 is >= 0 and < 1, nameof(Beta1), Beta1, "0 or more and below 1");
        Require(Beta2 is >= 0 and < 1, nameof(Beta2), Beta2, "0 or more and below 1");
        Require(Epsilon > 0 && double.IsFinite(Epsilon), nameof(Epsilon), Epsilon, "a number above 0");
        Require(MaxGradientNorm > 0, nameof(MaxGradientNorm), MaxGradientNorm, "a number above 0");
        if (faults.Count > 0)
            throw new ArgumentOutOfRangeException(nameof(NextTokenOptions), string.Join("; ", faults));

        void Require(bool holds, string name, double value, string expected)
        {
            if (!holds)
                faults.Add(FormattableString.Invariant($"{name}: expected {expected}, got {value}"));
        }
    }
}
