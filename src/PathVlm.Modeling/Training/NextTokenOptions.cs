using PathVlm.Modeling.Options;

namespace PathVlm.Modeling.Training;

/// <summary>Settings of a <see cref="NextTokenTrainer"/>.</summary>
public sealed record NextTokenOptions : IOptionSet
{
    /// <summary>Optimizer steps of the run, which the learning rate's cosine spans; 1 or more.</summary>
    [OptionBounds(AtLeast = 1)]
    public required int Steps { get; init; }

    /// <summary>Learning rate after the warm-up; above 0.</summary>
    [OptionBounds(Above = 0)]
    public required double LearningRate { get; init; }

    /// <summary>Optimizer steps in which the learning rate rises from 0; 0 or more.</summary>
    /// <value>0.</value>
    [OptionBounds(AtLeast = 0)]
    public int WarmupSteps { get; init; }

    /// <summary>Decoupled weight decay; 0 or more. Biases and norms are not decayed.</summary>
    /// <value>0.</value>
    [OptionBounds(AtLeast = 0)]
    public double WeightDecay { get; init; }

    /// <summary>AdamW's decay of the first moment, in [0, 1).</summary>
    /// <value>0.9.</value>
    [OptionBounds(AtLeast = 0, Below = 1)]
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's decay of the second moment, in [0, 1).</summary>
    /// <value>0.98.</value>
    [OptionBounds(AtLeast = 0, Below = 1)]
    public double Beta2 { get; init; } = 0.98;

    /// <summary>AdamW's constant that is added to the root of the second moment; above 0.</summary>
    /// <value>1e-8.</value>
    [OptionBounds(Above = 0)]
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Largest 2-norm of the gradient; a longer one is scaled down to it. Above 0.</summary>
    /// <value>1.</value>
    [OptionBounds(Above = 0)]
    public double MaxGradientNorm { get; init; } = 1;
}
