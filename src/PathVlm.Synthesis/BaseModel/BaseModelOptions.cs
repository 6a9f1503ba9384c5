namespace PathVlm.Synthesis.BaseModel;

/// <summary>How the embedded base model is made.</summary>
public sealed class BaseModelOptions
{
    /// <summary>Seed of the corpus and of the first weights.</summary>
    /// <value>7.</value>
    public long Seed { get; set; } = 7;

    /// <summary>Optimizer steps of the first part, drill in letters; 0 or more.</summary>
    /// <value>600.</value>
    public int DrillSteps { get; set; } = 600;

    /// <summary>Documents a step of the drill; 1 or more.</summary>
    /// <value>32.</value>
    public int DrillBatchSize { get; set; } = 32;

    /// <summary>How many times the letter of an answer counts in the drill's loss, 1 or more; every other token counts once.</summary>
    /// <value>10.</value>
    public double DrillLetterWeight { get; set; } = 10;

    /// <summary>Optimizer steps of the second part, reading; 1 or more.</summary>
    /// <value>1,600.</value>
    public int Steps { get; set; } = 1_600;

    /// <summary>Documents a step of reading; 1 or more.</summary>
    /// <value>16.</value>
    public int BatchSize { get; set; } = 16;

    /// <summary>How many times the letter of an answer counts in the loss of reading, 1 or more.</summary>
    /// <value>3.</value>
    public double LetterWeight { get; set; } = 3;

    /// <summary>Optimizer steps of the third part, looking: two captions for each document of reading; 0 or more.</summary>
    /// <value>600.</value>
    public int LookingSteps { get; set; } = 600;

    /// <summary>Documents a step of looking; 1 or more.</summary>
    /// <value>48.</value>
    public int LookingBatchSize { get; set; } = 48;

    /// <summary>How many times the letter of an answer counts in the loss of looking, 1 or more.</summary>
    /// <value>2.</value>
    public double LookingLetterWeight { get; set; } = 2;

    /// <summary>Learning rate of looking, after its warm-up; above 0.</summary>
    /// <value>0.0015.</value>
    public double LookingLearningRate { get; set; } = 1.5e-3;

    /// <summary>Learning rate of drill and reading, after their warm-ups; above 0.</summary>
    /// <value>0.002.</value>
    public double LearningRate { get; set; } = 2e-3;

    /// <summary>Optimizer steps of each part's warm-up.</summary>
    /// <value>100.</value>
    public int WarmupSteps { get; set; } = 100;

    /// <summary>Weight decay; 0 or more.</summary>
    /// <value>0.05.</value>
    public double WeightDecay { get; set; } = 0.05;

    /// <summary>Merges of the tokenizer; 0 or more.</summary>
    /// <value>900.</value>
    public int Merges { get; set; } = 900;

    /// <summary>Side of the pictures in pixels; a multiple of 28.</summary>
    /// <value>112.</value>
    public int TileSize { get; set; } = 112;

    /// <summary>Noise and faintness of the pictures, as <see cref="SyntheticSetOptions.Ambiguity"/>.</summary>
    /// <value>0.6.</value>
    public double Ambiguity { get; set; } = 0.6;

    internal int TotalSteps => DrillSteps + Steps + LookingSteps;

    /// <summary>Refuses settings that cannot work, all at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A setting is out of its range; the message names each with the value found.
    /// </exception>
    public void Validate()
    {
        List<string> faults = [];
        Require(DrillSteps >= 0, nameof(DrillSteps), DrillSteps, "0 or more");
        Require(DrillBatchSize >= 1, nameof(DrillBatchSize), DrillBatchSize, "1 or more");
        Require(DrillLetterWeight >= 1, nameof(DrillLetterWeight), DrillLetterWeight, "1 or more");
        Require(Steps >= 1, nameof(Steps), Steps, "1 or more");
        Require(BatchSize >= 1, nameof(BatchSize), BatchSize, "1 or more");
        Require(LetterWeight >= 1, nameof(LetterWeight), LetterWeight, "1 or more");
        Require(LookingSteps >= 0, nameof(LookingSteps), LookingSteps, "0 or more");
        Require(LookingBatchSize >= 1, nameof(LookingBatchSize), LookingBatchSize, "1 or more");
        Require(LookingLetterWeight >= 1, nameof(LookingLetterWeight), LookingLetterWeight, "1 or more");
        Require(LookingLearningRate > 0, nameof(LookingLearningRate), LookingLearningRate, "above 0");
        Require(LearningRate > 0, nameof(LearningRate), LearningRate, "above 0");
        Require(WarmupSteps >= 0, nameof(WarmupSteps), WarmupSteps, "0 or more");
        Require(WeightDecay >= 0, nameof(WeightDecay), WeightDecay, "0 or more");
        Require(Merges >= 0, nameof(Merges), Merges, "0 or more");
        Require(TileSize is >= 56 and <= 448 && TileSize % 28 == 0, nameof(TileSize), TileSize, "a multiple of 28 from 56 to 448");
        Require(Ambiguity is >= 0 and <= 1, nameof(Ambiguity), Ambiguity, "0 to 1");
        if (faults.Count > 0)
            throw new ArgumentOutOfRangeException("options", string.Join("; ", faults));

        void Require(bool holds, string name, double found, string expected)
        {
            if (!holds)
                faults.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}: expected {expected}, got {found}"));
        }
    }
}
