namespace PathVlm.MLNet.Training.BaseModel;

/// <summary>How the embedded base model is made.</summary>
public sealed class BaseModelOptions
{
    /// <summary>Seed of the corpus and of the first weights.</summary>
    /// <value>7.</value>
    public long Seed { get; set; } = 7;

    /// <summary>Optimizer steps of the first part, looking and reading; 1 or more.</summary>
    /// <value>1,500.</value>
    public int Steps { get; set; } = 1_500;

    /// <summary>Optimizer steps of the second part, practice in reading options; 0 or more.</summary>
    /// <value>900.</value>
    public int PracticeSteps { get; set; } = 900;

    /// <summary>Documents a step; 1 or more.</summary>
    /// <value>16.</value>
    public int BatchSize { get; set; } = 16;

    /// <summary>Learning rate of the second part, after its warm-up; above 0.</summary>
    /// <value>0.0015.</value>
    public double PracticeLearningRate { get; set; } = 1.5e-3;

    /// <summary>Learning rate of the first part, after its warm-up; above 0.</summary>
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

    /// <summary>Noise and faintness of the pictures, as <see cref="Data.Synthesis.SyntheticSetOptions.Ambiguity"/>.</summary>
    /// <value>0.6.</value>
    public double Ambiguity { get; set; } = 0.6;

    /// <summary>Refuses settings that cannot work, all at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range; the message names each with the value found.</exception>
    public void Validate()
    {
        List<string> faults = [];
        Require(Steps >= 1, nameof(Steps), Steps, "1 or more");
        Require(PracticeSteps >= 0, nameof(PracticeSteps), PracticeSteps, "0 or more");
        Require(PracticeLearningRate > 0, nameof(PracticeLearningRate), PracticeLearningRate, "above 0");
        Require(BatchSize >= 1, nameof(BatchSize), BatchSize, "1 or more");
        Require(LearningRate > 0, nameof(LearningRate), LearningRate, "above 0");
        Require(WarmupSteps >= 0, nameof(WarmupSteps), WarmupSteps, "0 or more");
        Require(WeightDecay >= 0, nameof(WeightDecay), WeightDecay, "0 or more");
        Require(Merges >= 0, nameof(Merges), Merges, "0 or more");
        Require(TileSize is >= 56 and <= 448 && TileSize % 28 == 0, nameof(TileSize), TileSize, "a multiple of 28 from 56 to 448");
        Require(Ambiguity is >= 0 and <= 1, nameof(Ambiguity), Ambiguity, "0 to 1");
        if (faults.Count > 0)
            throw new ArgumentOutOfRangeException("options", string.Join("; ", faults));

        void Require(bool holds, string name, double found, string taken)
        {
            if (!holds)
                faults.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}: got {found}, takes {taken}"));
        }
    }
}
