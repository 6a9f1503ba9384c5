using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>
/// Turns heads by position: x cos + rotate_half(x) sin, where rotate_half of (a, b) is (-b, a), a and b the halves of a head.
/// </summary>
/// <param name="Cosine">[T, 1, D], both halves alike.</param>
/// <param name="Sine">[T, 1, D].</param>
internal sealed record Rotary(Tensor Cosine, Tensor Sine) : IDisposable
{
    /// <summary>cos and sin of angles [T, D/2], each laid twice.</summary>
    public static Rotary OfAngles(Tensor angles, ScalarType type)
    {
        using Tensor twice = cat([angles, angles], 1);
        using Tensor rows = twice.unsqueeze(1);
        return new Rotary(rows.cos().to_type(type), rows.sin().to_type(type));
    }

    /// <summary>Turns heads [T, H, D].</summary>
    public Tensor Turn(Tensor heads)
    {
        long half = heads.size(2) / 2;
        using Tensor first = heads.narrow(2, 0, half);
        using Tensor second = heads.narrow(2, half, half);
        using Tensor negative = second.neg();
        using Tensor rotated = cat([negative, first], 2);
        using Tensor straight = heads.mul(Cosine);
        using Tensor across = rotated.mul(Sine);
        return straight.add(across, Scalars.One);
    }

    /// <summary>Turns heads [T, H, D], outside a graph.</summary>
    public Tensor Turned(Tensor heads)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        long half = heads.size(2) / 2;
        Tensor sine = Sine.narrow(2, 0, half);
        Tensor turned = heads.mul(Cosine);
        turned.narrow(2, 0, half).addcmul_(heads.narrow(2, half, half), sine, Scalars.Of(-1L));
        turned.narrow(2, half, half).addcmul_(heads.narrow(2, 0, half), sine, Scalars.One);
        return turned.MoveToOuterDisposeScope();
    }

    /// <summary>Undoes a turn in place, outside a graph: the gradient of what was turned, given that of the turned.</summary>
    public void TurnBack_(Tensor heads)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        long half = heads.size(2) / 2;
        Tensor across = heads.mul(Sine);
        heads.mul_(Cosine);
        heads.narrow(2, 0, half).add_(across.narrow(2, half, half), Scalars.One);
        heads.narrow(2, half, half).sub_(across.narrow(2, 0, half));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Cosine.Dispose();
        Sine.Dispose();
    }
}
