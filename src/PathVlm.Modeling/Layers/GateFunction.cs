using PathVlm.Modeling.Layers.Kernels;
using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>
/// silu(a) * b of the halves a, b of [n, 2 I] as one node. With s = sigmoid(a): da = g b (s + a s (1 - s)), db = g a s, written into the
/// halves of one tensor.
/// </summary>
internal sealed class GateFunction : autograd.SingleTensorFunction<GateFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(GateFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var both = (Tensor)vars[0];
        ctx.save_for_backward([both]);
        return Product(both);
    }

    /// <summary>silu(a) * b, outside a graph.</summary>
    public static Tensor Product(Tensor both)
    {
        if (CudaKernels.Serve(both)) return CudaKernels.Gate(both);
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        (Tensor gate, Tensor up) = Halves(both);
        return nn.functional.silu(gate).mul_(up).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using BackwardCall call = new(ctx, gradient);
        Tensor both = call.Saved[0];
        if (CudaKernels.Serve(both)) return call.Return(CudaKernels.GateBackward(gradient, both));
        (Tensor gate, Tensor up) = Halves(both);
        Tensor ofBoth = empty_like(both);
        (Tensor ofGate, Tensor ofUp) = Halves(ofBoth);
        Tensor sigmoid = gate.sigmoid();
        Tensor active = gate.mul(sigmoid);
        ofUp.copy_(active).mul_(gradient);
        ofGate.copy_(sigmoid.mul(active).neg_().add_(sigmoid, Scalars.One).add_(active, Scalars.One)).mul_(gradient).mul_(up);
        return call.Return(ofBoth);
    }

    private static (Tensor Gate, Tensor Up) Halves(Tensor both)
    {
        long half = both.size(1) / 2;
        return (both.narrow(1, 0, half), both.narrow(1, half, half));
    }
}
