using PathVlm.Modeling.Processing;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Sequences;

/// <summary>
/// One run of T tokens cut into segments: prompts (or whole rows) and completions that continue a prompt. Nothing is padded.
/// The tensors belong to the dispose scope in which the pack was built, and to <see cref="Dispose"/>.
/// </summary>
internal sealed class PackedSequences : IDisposable
{
    internal PackedSequences(
        Tensor tokenIds, Tensor positions, Tensor? imageRows, IReadOnlyList<PackedSegment> segments, IReadOnlyList<int> nextPositions,
        IReadOnlyList<ImageGrid> grids)
    {
        TokenIds = tokenIds;
        Positions = positions;
        ImageRows = imageRows;
        Segments = segments;
        NextPositions = nextPositions;
        Grids = grids;
    }

    /// <summary>Token ids [T], int64, on the pack's device; owned by the pack.</summary>
    public Tensor TokenIds { get; }

    /// <summary>Rotary positions [3, T], int64, on the pack's device: time, height, width; owned by the pack.</summary>
    public Tensor Positions { get; }

    /// <summary>
    /// Rows that image features fill, int64 [K], on the pack's device, in the order of <see cref="Grids"/>; null without pictures. Owned by
    /// the pack.
    /// </summary>
    public Tensor? ImageRows { get; }

    /// <summary>The segments in the order in which they were added.</summary>
    internal IReadOnlyList<PackedSegment> Segments { get; }

    /// <summary>For each segment, the position (all three axes) of the token that would follow it: the largest in use + 1.</summary>
    public IReadOnlyList<int> NextPositions { get; }

    /// <summary>Patch grids of all pictures, in the order of their rows.</summary>
    public IReadOnlyList<ImageGrid> Grids { get; }

    /// <summary>T, the number of rows.</summary>
    public int TokenCount => (int)TokenIds.shape[0];

    /// <inheritdoc/>
    public void Dispose()
    {
        TokenIds.Dispose();
        Positions.Dispose();
        ImageRows?.Dispose();
    }
}
