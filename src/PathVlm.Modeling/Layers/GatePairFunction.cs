using PathVlm.Modeling.Layers.Kernels;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>
/// silu(a) * b of two tensors as one node, for a GPU: its element-wise kernels take twice the time for halves of one tensor, whose rows are
/// apart. See <see cref="GateFunction"/>. Inputs: a and b, each [n, I].
/// </summary>
internal sealed class GatePairFunction : autograd.SingleTensorFunction<GatePairFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(GatePairFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (Tensor gate, Tensor up) = ((Tensor)vars[0], (Tensor)vars[1]);
        ctx.save_for_backward([gate, up]);
        return CudaKernels.GatePair(gate, up);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using BackwardCall call = new(ctx, gradient);
        (Tensor ofGate, Tensor ofUp) = CudaKernels.GatePairBackward(gradient, call.Saved[0], call.Saved[1]);
        return call.Return(ofGate, ofUp);
    }
}
