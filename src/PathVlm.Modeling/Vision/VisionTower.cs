using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Parameters;
using PathVlm.Modeling.Processing;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Vision;

/// <summary>The vision tower: patches of any number of pictures -> one feature row a merged token. Nothing is padded.</summary>
internal sealed class VisionTower
{
    /// <summary>Epsilon of the tower's norms, fixed in the architecture.</summary>
    public const double NormEpsilon = 1e-6;

    private const double RotaryBase = 10_000;
    private readonly Tensor patch_embed;
    private readonly VisionBlock[] blocks;
    private readonly PatchMerger merger;
    private readonly VisionConfiguration _settings;

    public VisionTower(VisionConfiguration settings, ParameterSet parameters)
    {
        _settings = settings;
        patch_embed = parameters["visual.patch_embed"];
        blocks = [.. Enumerable.Range(0, settings.Depth).Select(index => new VisionBlock(settings, parameters, index))];
        merger = new PatchMerger(settings, parameters);
    }

    /// <summary>Encodes pictures.</summary>
    /// <param name="patches">[N, patch values], the pictures one after the other, in the processor's order.</param>
    /// <param name="grids">Their grids; together N patches.</param>
    /// <returns>[N / merge², output size], in the order of the pictures' placeholders.</returns>
    public Tensor Forward(Tensor patches, IReadOnlyList<ImageGrid> grids)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        VisionPlan plan = VisionPlan.Of(_settings, grids);
        Tensor order = tensor(plan.UnitOrder.ToArray(), device: patches.device);
        using Rotary rotary = Turns(plan, order, patches.device);
        Tensor hidden = Reorder(Linear.Of(patches, patch_embed), order);
        for (int index = 0; index < blocks.Length; index++)
        {
            Tensor next = blocks[index].Forward(hidden, rotary, _settings.FullAttentionBlocks.Contains(index) ? plan.Frames : plan.Windows);
            hidden.Dispose();
            hidden = next;
            Interruption.ThrowIfRequested();
        }

        return merger.Forward(hidden).index_select(0, order.argsort()).MoveToOuterDisposeScope();
    }

    /// <summary>Rows in groups of merge² patches, the groups in the given order.</summary>
    private Tensor Reorder(Tensor rows, Tensor order)
    {
        long unit = _settings.SpatialMergeSize * _settings.SpatialMergeSize;
        return rows.view(-1, unit * rows.size(1)).index_select(0, order).view(-1, rows.size(1));
    }

    /// <summary>A quarter of a head turns by row, a quarter by column; frequencies base^(-4i/D).</summary>
    private Rotary Turns(VisionPlan plan, Tensor order, Device device)
    {
        ScalarType type = patch_embed.dtype;
        ScalarType angleType = type == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        int half = _settings.HeadSize / 2;
        Tensor exponents = arange(Scalars.Of(0L), Scalars.Of((long)half), Scalars.Of(2L), ScalarType.Int64)
            .to_type(angleType).div(Scalars.Of((long)half));
        Tensor frequencies = tensor(RotaryBase, angleType).pow(exponents).reciprocal().to(device);
        long[] places = plan.Coordinates.SelectMany(place => new long[] { place.Height, place.Width }).ToArray();
        Tensor angles = tensor(places, [places.Length / 2, 2, 1], device: device).to_type(angleType).mul(frequencies).flatten(1);
        return Rotary.OfAngles(Reorder(angles, order), type);
    }
}
