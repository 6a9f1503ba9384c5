using PathVlm.Modeling.Layers.Kernels;
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
        (Tensor output, Tensor scale) = RmsNorm.WithScale(input, weight, (double)vars[2]);
        ctx.save_for_backward([input, weight, scale.MoveToOuterDisposeScope()]);
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using BackwardCall call = new(ctx, gradient);
        (Tensor input, Tensor weight, Tensor scale) = (call.Saved[0], call.Saved[1], call.Saved[2]);
        if (CudaKernels.Serve(input))
        {
            (Tensor ofRows, Tensor? ofScale) = CudaKernels.NormaliseBackward(gradient.contiguous(), input, scale, weight);
            return call.Return(ofRows, ofScale, null);
        }

        Tensor product = gradient.mul(input);
        Tensor share = product.mv(weight).unsqueeze_(1).mul_(scale.pow(Scalars.Of(3L))).div_(Scalars.Of(-input.size(1)));
        Tensor ofInput = gradient.mul(scale).mul_(weight).addcmul_(input, share, Scalars.One);
        Tensor? ofWeight = weight.requires_grad ? product.t().mv(scale.squeeze(1)) : null;
        return call.Return(ofInput, ofWeight, null);
    }
}
