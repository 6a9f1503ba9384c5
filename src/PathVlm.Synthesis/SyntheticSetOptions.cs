using PathVlm.Modeling.Options;

namespace PathVlm.Synthesis;

/// <summary>What the embedded set is made of.</summary>
public sealed class SyntheticSetOptions : IOptionSet
{
    /// <summary>Seed of every picture and question; the same seed gives the same files.</summary>
    /// <value>1.</value>
    public long Seed { get; set; } = 1;

    /// <summary>Questions in the split "sft"; 0 or more. Few: explanations are the dear part of a real set.</summary>
    /// <value>600.</value>
    [OptionBounds(AtLeast = 0)]
    public int SftCount { get; set; } = 600;

    /// <summary>Questions in the split "rl"; 0 or more. Many: of these only the answers are needed.</summary>
    /// <value>1,600.</value>
    [OptionBounds(AtLeast = 0)]
    public int RlCount { get; set; } = 1_600;

    /// <summary>Questions in the split "test"; 1 or more.</summary>
    /// <value>600.</value>
    [OptionBounds(AtLeast = 1)]
    public int TestCount { get; set; } = 600;

    /// <summary>Side of a picture in pixels, 56 to 448; a multiple of 28 needs no resizing.</summary>
    /// <value>112.</value>
    [OptionBounds(AtLeast = 56, AtMost = 448)]
    public int TileSize { get; set; } = 112;

    /// <summary>How much noise there is and how faintly the telling features show, 0 to 1.</summary>
    /// <value>0.6.</value>
    [OptionBounds(AtLeast = 0, AtMost = 1)]
    public double Ambiguity { get; set; } = 0.6;

    /// <summary>Chance that a wrong option is one that the finding is mistaken for, 0 to 1.</summary>
    /// <value>0.6.</value>
    [OptionBounds(AtLeast = 0, AtMost = 1)]
    public double LookAlikes { get; set; } = 0.6;

    /// <summary>
    /// Chance that an explanation cites a criterion, 0 to 1, and the same again that it rules an option out; of those that do one, four of
    /// five do both.
    /// </summary>
    /// <value>0.3.</value>
    [OptionBounds(AtLeast = 0, AtMost = 1)]
    public double ReasoningSteps { get; set; } = 0.3;

    /// <summary>Pictures, each with one question about it, in each of the four other modalities; 0 writes none.</summary>
    /// <value>60.</value>
    [OptionBounds(AtLeast = 0)]
    public int OutOfDomainCount { get; set; } = 60;

    /// <summary>A copy.</summary>
    internal SyntheticSetOptions Copy() => (SyntheticSetOptions)MemberwiseClone();
}
