using PathVlm.Modeling.Options;

namespace PathVlm.Synthesis.BaseModel;

/// <summary>How the embedded base model is made.</summary>
public sealed class BaseModelOptions : IOptionSet
{
    /// <summary>Seed of the corpus and of the first weights.</summary>
    /// <value>7.</value>
    public long Seed { get; set; } = 7;

    /// <summary>Optimizer steps of the first part, drill in letters; 0 or more.</summary>
    /// <value>600.</value>
    [OptionBounds(AtLeast = 0)]
    public int DrillSteps { get; set; } = 600;

    /// <summary>Documents a step of the drill; 1 or more.</summary>
    /// <value>32.</value>
    [OptionBounds(AtLeast = 1)]
    public int DrillBatchSize { get; set; } = 32;

    /// <summary>How many times the letter of an answer counts in the drill's loss, 1 or more; every other token counts once.</summary>
    /// <value>10.</value>
    [OptionBounds(AtLeast = 1)]
    public double DrillLetterWeight { get; set; } = 10;

    /// <summary>Optimizer steps of the second part, reading; 1 or more.</summary>
    /// <value>1,600.</value>
    [OptionBounds(AtLeast = 1)]
    public int Steps { get; set; } = 1_600;

    /// <summary>Documents a step of reading; 1 or more.</summary>
    /// <value>16.</value>
    [OptionBounds(AtLeast = 1)]
    public int BatchSize { get; set; } = 16;

    /// <summary>How many times the letter of an answer counts in the loss of reading, 1 or more.</summary>
    /// <value>3.</value>
    [OptionBounds(AtLeast = 1)]
    public double LetterWeight { get; set; } = 3;

    /// <summary>Optimizer steps of the third part, looking: two captions for each document of reading; 0 or more.</summary>
    /// <value>600.</value>
    [OptionBounds(AtLeast = 0)]
    public int LookingSteps { get; set; } = 600;

    /// <summary>Documents a step of looking; 1 or more.</summary>
    /// <value>48.</value>
    [OptionBounds(AtLeast = 1)]
    public int LookingBatchSize { get; set; } = 48;

    /// <summary>How many times the letter of an answer counts in the loss of looking, 1 or more.</summary>
    /// <value>2.</value>
    [OptionBounds(AtLeast = 1)]
    public double LookingLetterWeight { get; set; } = 2;

    /// <summary>Learning rate of looking, after its warm-up; above 0.</summary>
    /// <value>0.0015.</value>
    [OptionBounds(Above = 0)]
    public double LookingLearningRate { get; set; } = 1.5e-3;

    /// <summary>Learning rate of drill and reading, after their warm-ups; above 0.</summary>
    /// <value>0.002.</value>
    [OptionBounds(Above = 0)]
    public double LearningRate { get; set; } = 2e-3;

    /// <summary>Optimizer steps of each part's warm-up.</summary>
    /// <value>100.</value>
    [OptionBounds(AtLeast = 0)]
    public int WarmupSteps { get; set; } = 100;

    /// <summary>Weight decay; 0 or more.</summary>
    /// <value>0.05.</value>
    [OptionBounds(AtLeast = 0)]
    public double WeightDecay { get; set; } = 0.05;

    /// <summary>Merges of the tokenizer; 0 or more.</summary>
    /// <value>900.</value>
    [OptionBounds(AtLeast = 0)]
    public int Merges { get; set; } = 900;

    /// <summary>Side of the pictures in pixels; a multiple of 28.</summary>
    /// <value>112.</value>
    [OptionBounds(AtLeast = 56, AtMost = 448)]
    public int TileSize { get; set; } = 112;

    /// <summary>Noise and faintness of the pictures, as <see cref="SyntheticSetOptions.Ambiguity"/>.</summary>
    /// <value>0.6.</value>
    [OptionBounds(AtLeast = 0, AtMost = 1)]
    public double Ambiguity { get; set; } = 0.6;

    internal int TotalSteps => DrillSteps + Steps + LookingSteps;

    /// <inheritdoc/>
    public void AddFaults(OptionFaults faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        faults.Require(TileSize % 28 == 0, nameof(TileSize), TileSize, "a multiple of 28");
    }

    /// <summary>A copy.</summary>
    internal BaseModelOptions Copy() => (BaseModelOptions)MemberwiseClone();
}
