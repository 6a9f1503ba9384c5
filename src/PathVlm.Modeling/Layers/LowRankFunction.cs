using PathVlm.Modeling.Layers.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>
/// y = x Wᵀ (+ b) + low-rank terms with a frozen W, as one node. Gradients of the terms are added to their buffers. Inputs: x [n, in], the
/// terms' anchor or null, W [out, in], b [out] or null, a <see cref="Call"/>.
/// </summary>
internal sealed class LowRankFunction : autograd.SingleTensorFunction<LowRankFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(LowRankFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor input, Tensor weight, Call call) = ((Tensor)vars[0], (Tensor)vars[2], (Call)vars[4]);
        (Tensor output, Tensor inner) = Compute(input, weight, (Tensor?)vars[3], call);
        ctx.save_for_backward([input, weight, inner.MoveToOuterDisposeScope()]);
        ctx.save_data(nameof(Call), call);
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using BackwardCall call = new(ctx, gradient);
        (Tensor input, Tensor weight, Tensor inner) = (call.Saved[0], call.Saved[1], call.Saved[2]);
        Tensor upstream = gradient.contiguous();
        LowRank terms = ((Call)ctx.get_data(nameof(Call))).Adapter;
        if (upstream.device_type == DeviceType.CUDA)
            return call.Return(terms.ProductBackward(upstream, input, inner, weight, input.requires_grad), null, null, null, null);
        Tensor? ofInput = input.requires_grad ? upstream.mm(weight) : null;
        terms.Backward(upstream, input, inner, ofInput);
        return call.Return(ofInput, null, null, null, null);
    }

    private static (Tensor Output, Tensor Inner) Compute(Tensor input, Tensor weight, Tensor? bias, Call call)
    {
        if (call.ValueUnused)
            return (empty([input.size(0), weight.size(0)], input.dtype, input.device), nn.functional.linear(input, call.Adapter.Down));
        if (input.device_type == DeviceType.CUDA && bias is null) return call.Adapter.Product(input, weight);
        Tensor output = nn.functional.linear(input, weight, bias);
        return (output, call.Adapter.AddTo(output, input));
    }

    /// <summary>What a call carries beside its tensors.</summary>
    /// <param name="Adapter">The terms.</param>
    /// <param name="ValueUnused">Whether the output is there for its gradient alone and not computed.</param>
    internal sealed record Call(LowRank Adapter, bool ValueUnused);
}
