namespace PathVlm.Modeling.Configuration;

/// <summary>Settings of the vision tower (<c>vision_config</c> of config.json).</summary>
public sealed record VisionConfiguration
{
    /// <summary>Number of transformer blocks (<c>depth</c>).</summary>
    public required int Depth { get; init; }

    /// <summary>Width of a patch's hidden state (<c>hidden_size</c>).</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Inner width of the gated MLP (<c>intermediate_size</c>).</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of attention heads (<c>num_heads</c>); divides <see cref="HiddenSize"/>.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Width the merger projects to (<c>out_hidden_size</c>); equals the decoder's hidden size.</summary>
    public required int OutputSize { get; init; }

    /// <summary>Side of an attention window in pixels (<c>window_size</c>).</summary>
    public required int WindowSize { get; init; }

    /// <summary>Indexes of the blocks with full attention (<c>fullatt_block_indexes</c>).</summary>
    public required IReadOnlyList<int> FullAttentionBlocks { get; init; }

    /// <summary>Colour channels (<c>in_channels</c> or <c>in_chans</c>).</summary>
    public int InputChannels { get; init; } = 3;

    /// <summary>Side of a patch in pixels (<c>patch_size</c>).</summary>
    public int PatchSize { get; init; } = 14;

    /// <summary>Patches a side that the merger joins into one token (<c>spatial_merge_size</c>).</summary>
    public int SpatialMergeSize { get; init; } = 2;

    /// <summary>Frames a patch spans (<c>temporal_patch_size</c>); a still picture is repeated.</summary>
    public int TemporalPatchSize { get; init; } = 2;

    /// <summary>Position steps a second of video (<c>tokens_per_second</c>); no effect on still pictures.</summary>
    public int TokensPerSecond { get; init; } = 2;

    /// <summary>Width of one attention head.</summary>
    public int HeadSize => HiddenSize / HeadCount;

    /// <summary>Values in one flattened patch: channels x frames x side x side.</summary>
    public int PatchValues => InputChannels * TemporalPatchSize * PatchSize * PatchSize;
}
