using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Language;

/// <summary>
/// Angles of the decoder: frequency base^(-2i/D) times the position on the axis that pair i belongs to (<c>mrope_section</c>).
/// </summary>
internal sealed class TextRotary : IDisposable
{
    private readonly Tensor _frequencies;
    private readonly Tensor _axes;
    private readonly ScalarType _type;

    public TextRotary(TextConfiguration settings, ScalarType type, Device device)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        int half = settings.HeadSize / 2;
        _type = type;
        ScalarType angleType = type == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        Tensor exponents = arange(Scalars.Of(0L), Scalars.Of((long)settings.HeadSize), Scalars.Of(2L), ScalarType.Int64)
            .to_type(angleType).div(Scalars.Of((long)settings.HeadSize));
        _frequencies = tensor(settings.RotaryBase, angleType).pow(exponents).reciprocal().to(device).DetachFromDisposeScope();
        long[] axes = settings.RotarySections.SelectMany((count, section) => Enumerable.Repeat((long)(section % 3), count)).ToArray();
        _axes = tensor(axes).to(device).DetachFromDisposeScope();
    }

    /// <summary>Turns for positions [3, T].</summary>
    public Rotary Of(Tensor positions)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Tensor byPair = positions.index_select(0, _axes).transpose(0, 1).to_type(_frequencies.dtype);
        Rotary rotary = Rotary.OfAngles(byPair.mul(_frequencies), _type);
        rotary.Cosine.MoveToOuterDisposeScope();
        rotary.Sine.MoveToOuterDisposeScope();
        return rotary;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _frequencies.Dispose();
        _axes.Dispose();
    }
}
