using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>
/// RMS norm as one node: with r = 1 / sqrt(mean(x²) + epsilon) and u = dy * x, dw = uᵀ r and dx = r dy w - x r³ (u w) / D.
/// Inputs: x [n, D], w [D], epsilon.
/// </summary>
internal sealed class RmsNormFunction : autograd.SingleTensorFunction<RmsNormFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(RmsNormFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        (Tensor input, Tensor weight) = ((Tensor)vars[0], (Tensor)vars[1]);
        Tensor scale = RmsNorm.Scale(input, (double)vars[2]);
        ctx.save_for_backward([input, weight, scale.MoveToOuterDisposeScope()]);
        return input.mul(scale).mul_(weight).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using IDisposable none = no_grad();
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        List<Tensor> saved = ctx.get_saved_variables();
        (Tensor input, Tensor weight, Tensor scale) = (saved[0], saved[1], saved[2]);
        Tensor product = gradient.mul(input);
        Tensor share = product.mv(Mixed.In(weight, product.dtype)).unsqueeze_(1).mul_(scale.pow(Scalars.Of(3L))).div_(Scalars.Of(-input.size(1)));
        Tensor ofInput = gradient.mul(scale).mul_(weight).addcmul_(input, share, Scalars.One);
        Tensor? ofWeight = weight.requires_grad ? product.t().mv(scale.squeeze(1)).MoveToOuterDisposeScope() : null;
        return [ofInput.MoveToOuterDisposeScope(), ofWeight!, null!];
    }
}
