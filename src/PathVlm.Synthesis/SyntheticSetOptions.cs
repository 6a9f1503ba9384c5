namespace PathVlm.Synthesis;

/// <summary>What the embedded set is made of.</summary>
public sealed class SyntheticSetOptions
{
    /// <summary>Seed of every picture and question; the same seed gives the same files.</summary>
    /// <value>1.</value>
    public long Seed { get; set; } = 1;

    /// <summary>Questions in the split "sft"; 0 or more. Few: explanations are the dear part of a real set.</summary>
    /// <value>600.</value>
    public int SftCount { get; set; } = 600;

    /// <summary>Questions in the split "rl"; 0 or more. Many: of these only the answers are needed.</summary>
    /// <value>1,600.</value>
    public int RlCount { get; set; } = 1_600;

    /// <summary>Questions in the split "test"; 1 or more.</summary>
    /// <value>600.</value>
    public int TestCount { get; set; } = 600;

    /// <summary>Side of a picture in pixels, 56 to 448; a multiple of 28 needs no resizing.</summary>
    /// <value>112.</value>
    public int TileSize { get; set; } = 112;

    /// <summary>How much noise there is and how faintly the telling features show, 0 to 1.</summary>
    /// <value>0.6.</value>
    public double Ambiguity { get; set; } = 0.6;

    /// <summary>Chance that a wrong option is one that the finding is mistaken for, 0 to 1.</summary>
    /// <value>0.6.</value>
    public double LookAlikes { get; set; } = 0.6;

    /// <summary>
    /// Chance that an explanation cites a criterion, 0 to 1, and the same again that it rules an option out; of those that do one, four of
    /// five do both.
    /// </summary>
    /// <value>0.3.</value>
    public double ReasoningSteps { get; set; } = 0.3;

    /// <summary>Pictures, each with one question about it, in each of the four other modalities; 0 writes none.</summary>
    /// <value>60.</value>
    public int OutOfDomainCount { get; set; } = 60;

    /// <summary>Refuses settings that cannot work, all at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A setting is out of its range; the message names each with the value found.
    /// </exception>
    public void Validate()
    {
        List<string> faults = [];
        Check(faults, nameof(SftCount), SftCount, 0, int.MaxValue);
        Check(faults, nameof(RlCount), RlCount, 0, int.MaxValue);
        Check(faults, nameof(TestCount), TestCount, 1, int.MaxValue);
        Check(faults, nameof(TileSize), TileSize, 56, 448);
        Check(faults, nameof(Ambiguity), Ambiguity, 0, 1);
        Check(faults, nameof(LookAlikes), LookAlikes, 0, 1);
        Check(faults, nameof(ReasoningSteps), ReasoningSteps, 0, 1);
        Check(faults, nameof(OutOfDomainCount), OutOfDomainCount, 0, int.MaxValue);
        if (faults.Count > 0)
            throw new ArgumentOutOfRangeException("options", string.Join("; ", faults));
    }

    private static void Check(List<string> faults, string name, double value, double low, double high)
    {
        if (!(value >= low && value <= high))
            faults.Add(
                string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{name}: expected {low}{(high == int.MaxValue ? " or more" : $" to {high}")}, got {value}"));
    }
}
