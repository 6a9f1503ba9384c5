namespace PathVlm.Modeling.Configuration;

/// <summary>Settings of the image processor, as preprocessor_config.json or processor_config.json state them.</summary>
public sealed partial record ImageProcessorConfiguration
{
    /// <summary>Fewest pixels of a resized picture.</summary>
    /// <value>3,136: four tokens.</value>
    public int MinPixels { get; init; } = 3_136;

    /// <summary>Most pixels of a resized picture.</summary>
    /// <value>602,112: 768 tokens, so that a picture and its question fit 1,024.</value>
    public int MaxPixels { get; init; } = 602_112;

    /// <summary>Side of a patch in pixels.</summary>
    /// <value>14.</value>
    public int PatchSize { get; init; } = 14;

    /// <summary>Frames a patch spans; a still picture is repeated.</summary>
    /// <value>2.</value>
    public int TemporalPatchSize { get; init; } = 2;

    /// <summary>Patches a side that become one token.</summary>
    /// <value>2.</value>
    public int MergeSize { get; init; } = 2;

    /// <summary>Mean of red, green, blue, after scaling to 0..1.</summary>
    public IReadOnlyList<float> Mean { get; init; } = [0.48145466f, 0.4578275f, 0.40821073f];

    /// <summary>Deviation of red, green, blue, after scaling to 0..1.</summary>
    public IReadOnlyList<float> Std { get; init; } = [0.26862954f, 0.26130258f, 0.27577711f];
}
