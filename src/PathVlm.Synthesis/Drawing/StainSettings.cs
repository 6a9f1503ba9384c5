using PathVlm.Modeling.Numerics;

namespace PathVlm.Synthesis.Drawing;

/// <summary>How a laboratory stained and photographed a section.</summary>
internal sealed record StainSettings
{
    /// <summary>Factor on the haematoxylin; about 1.</summary>
    public required float Haematoxylin { get; init; }

    /// <summary>Factor on the eosin; about 1.</summary>
    public required float Eosin { get; init; }

    /// <summary>Absorbance of haematoxylin in red, green, blue.</summary>
    public required float[] HaematoxylinColour { get; init; }

    /// <summary>Absorbance of eosin in red, green, blue.</summary>
    public required float[] EosinColour { get; init; }

    /// <summary>Brightness of the empty slide in red, green, blue.</summary>
    public required float[] Light { get; init; }

    /// <summary>Side weight of the blur kernel, 0 to 0.33.</summary>
    public required float Blur { get; init; }

    /// <summary>Standard deviation of the camera's noise as a share of white.</summary>
    public required float Noise { get; init; }

    /// <summary>A laboratory at random; more <paramref name="ambiguity"/> (0 to 1) brings more blur and noise.</summary>
    public static StainSettings Draw(SeededRandom random, double ambiguity) => new()
    {
        Haematoxylin = random.Between(0.75, 1.2),
        Eosin = random.Between(0.65, 1.3),
        HaematoxylinColour = [0.95f + random.Between(-0.12, 0.12), 1.0f + random.Between(-0.1, 0.1), 0.42f + random.Between(-0.1, 0.1)],
        EosinColour = [0.08f + random.Between(-0.04, 0.06), 0.72f + random.Between(-0.08, 0.08), 0.36f + random.Between(-0.1, 0.12)],
        Light = [0.96f + random.Between(-0.03, 0.02), 0.95f + random.Between(-0.03, 0.03), 0.96f + random.Between(-0.04, 0.02)],
        Blur = random.Between(0, 0.12 + (0.2 * ambiguity)),
        Noise = random.Between(0.005, 0.01 + (0.06 * ambiguity)),
    };
}
