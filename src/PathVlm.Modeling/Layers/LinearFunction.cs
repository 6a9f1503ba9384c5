using PathVlm.Modeling.Layers.Kernels;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>
/// y = x Wᵀ (+ b) whose weight gradient gᵀ x is added to the flat gradient buffer by the product itself, where the weight has its view
/// of it. Inputs: x [n, in], W [out, in], b [out] or null, a <see cref="Call"/>.
/// </summary>
internal sealed class LinearFunction : autograd.SingleTensorFunction<LinearFunction>
{
    private const string Biased = "biased", Stop = "stop";

    /// <inheritdoc/>
    public override string Name => nameof(LinearFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (Tensor input, Tensor weight, Tensor? bias, Call call) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor?)vars[2], (Call)vars[3]);
        // A frozen weight has no gradient, so its input is not needed again.
        ctx.save_for_backward([weight.requires_grad ? input : null!, weight]);
        ctx.save_data(Biased, bias is not null);
        ctx.save_data(Stop, call.Stop);
        return call.ValueUnused ? empty([input.size(0), weight.size(0)], input.dtype, input.device)
            : nn.functional.linear(input, weight, bias);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using BackwardCall call = new(ctx, gradient);
        (Tensor input, Tensor weight) = (call.Saved[0], call.Saved[1]);
        if (((CancellationToken)ctx.get_data(Stop)).IsCancellationRequested)
            return call.Return(zeros([gradient.size(0), weight.size(1)], gradient.dtype, gradient.device), null, null, null);
        Tensor upstream = gradient.contiguous(), ofInput = upstream.mm(weight);
        Tensor? ofWeight = WeightGradient(input, weight, upstream);
        bool summed = (bool)ctx.get_data(Biased) && weight.requires_grad;
        return call.Return(ofInput, ofWeight, summed ? upstream.sum(dim: 0) : null, null);
    }

    /// <summary>Null where nobody asks, or where it was added in place.</summary>
    private static Tensor? WeightGradient(Tensor input, Tensor weight, Tensor gradient)
    {
        if (!weight.requires_grad) return null;
        if (weight.grad is not { } buffer) return gradient.t().mm(input);
        buffer.addmm_(gradient.t(), input, 1, 1);
        return null;
    }

    /// <summary>What a call carries beside its tensors.</summary>
    /// <param name="ValueUnused">Whether the output is there for its gradient alone and not computed.</param>
    /// <param name="Stop">Once it is cancelled, backward gives zeros; see <see cref="Numerics.Interruption"/>.</param>
    internal sealed record Call(bool ValueUnused, CancellationToken Stop);
}
