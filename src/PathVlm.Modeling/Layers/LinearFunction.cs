using PathVlm.Modeling.Layers.Kernels;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>
/// y = x Wᵀ (+ b) whose weight gradient gᵀ x is added to the flat gradient buffer by the product itself, where the weight has its view
/// of it. Inputs: x [n, in], W [out, in], and b [out] or nothing.
/// </summary>
internal sealed class LinearFunction : autograd.SingleTensorFunction<LinearFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(LinearFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (Tensor input, Tensor weight) = ((Tensor)vars[0], (Tensor)vars[1]);
        // A frozen weight has no gradient, so its input is not needed again.
        ctx.save_for_backward([weight.requires_grad ? input : null!, weight]);
        ctx.save_data("inputs", vars.Length);
        return nn.functional.linear(input, weight, vars.Length > 2 ? (Tensor)vars[2] : null);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using BackwardCall call = new(ctx, gradient);
        (Tensor input, Tensor weight) = (call.Saved[0], call.Saved[1]);
        Tensor upstream = gradient.contiguous(), ofInput = upstream.mm(weight);
        Tensor? ofWeight = WeightGradient(input, weight, upstream);
        if ((int)ctx.get_data("inputs") <= 2) return call.Return(ofInput, ofWeight);
        return call.Return(ofInput, ofWeight, weight.requires_grad ? upstream.sum(dim: 0) : null);
    }

    /// <summary>Null where nobody asks, or where it was added in place.</summary>
    private static Tensor? WeightGradient(Tensor input, Tensor weight, Tensor gradient)
    {
        if (!weight.requires_grad) return null;
        if (weight.grad is not { } buffer) return gradient.t().mm(input);
        buffer.addmm_(gradient.t(), input, 1, 1);
        return null;
    }
}
