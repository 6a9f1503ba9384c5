using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>
/// The flat buffers of low-rank terms: values in float32, the same values in the type that the model computes with (the same memory where
/// that is the same type), gradients while they are trained. Owns its tensors and the views it gives.
/// </summary>
internal sealed class LowRankBuffers : IDisposable
{
    private readonly List<Tensor> _views = [];
    private readonly bool _converts;

    /// <summary>Buffers of zeros.</summary>
    /// <param name="count">Values.</param>
    /// <param name="type">Type that is computed with.</param>
    /// <param name="device">Device.</param>
    public LowRankBuffers(long count, ScalarType type, Device device)
    {
        ScalarType kept = type == ScalarType.Float64 ? type : ScalarType.Float32;
        Values = zeros(count, kept, device).DetachFromDisposeScope();
        _converts = kept != type;
        Compute = _converts ? zeros(count, type, device).DetachFromDisposeScope() : Values;
    }

    /// <summary>The values, float32 (float64 for a float64 model).</summary>
    public Tensor Values { get; }

    /// <summary>The values in the type that is computed with.</summary>
    public Tensor Compute { get; }

    /// <summary>Gradients, like <see cref="Values"/>; null while nothing is trained.</summary>
    public Tensor? Gradients { get; private set; }

    /// <summary>Calls of <see cref="Refresh"/> so far.</summary>
    public long Version { get; private set; }

    /// <summary>See <see cref="LowRank.Anchor"/>.</summary>
    public Tensor? Anchor { get; private set; }

    /// <summary>Allocates zero gradients; again: sets them to zero.</summary>
    public void Train()
    {
        if (Gradients is not null)
        {
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            Gradients.zero_();
            return;
        }

        Gradients = zeros_like(Values).DetachFromDisposeScope();
        Anchor = zeros(1, Compute.dtype, Compute.device, requires_grad: true).DetachFromDisposeScope();
    }

    /// <summary>Frees the gradients.</summary>
    public void Freeze()
    {
        Gradients?.Dispose();
        Anchor?.Dispose();
        (Gradients, Anchor) = (null, null);
    }

    /// <summary>To be called when the values changed: converts them to the type that is computed with.</summary>
    public void Refresh()
    {
        Version++;
        if (!_converts) return;
        using IDisposable none = no_grad();
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Compute.copy_(Values);
    }

    /// <summary>Keeps a tensor until the buffers go.</summary>
    public Tensor Keep(Tensor tensor)
    {
        _views.Add(tensor.DetachFromDisposeScope());
        return tensor;
    }

    /// <summary>A view of a buffer; of the gradients it belongs to the caller's dispose scope, else to the buffers.</summary>
    public Tensor View(Tensor buffer, long start, long[] shape)
    {
        using Tensor run = buffer.narrow(0, start, shape.Aggregate(1L, (product, side) => product * side));
        Tensor view = run.view(shape);
        if (ReferenceEquals(buffer, Gradients)) return view;
        _views.Add(view.DetachFromDisposeScope());
        return view;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Freeze();
        foreach (Tensor view in _views) view.Dispose();
        _views.Clear();
        if (_converts) Compute.Dispose();
        Values.Dispose();
    }
}
