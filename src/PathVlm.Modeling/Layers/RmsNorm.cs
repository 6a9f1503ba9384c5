using PathVlm.Modeling.Layers.Kernels;
using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>y = x / sqrt(mean(x²) + epsilon) * weight, over the last dimension.</summary>
internal static class RmsNorm
{
    private static readonly long[] Last = [-1];

    /// <summary>Normalises rows.</summary>
    /// <param name="input">[n, D].</param>
    /// <param name="weight">[D].</param>
    /// <param name="epsilon">Added to the mean square.</param>
    public static Tensor Of(Tensor input, Tensor weight, double epsilon)
    {
        if (is_grad_enabled()) return RmsNormFunction.apply(input, weight, epsilon);
        (Tensor output, Tensor scale) = WithScale(input, weight, epsilon);
        scale.Dispose();
        return output;
    }

    /// <summary>The normalised rows and their scale, outside a graph.</summary>
    internal static (Tensor Output, Tensor Scale) WithScale(Tensor input, Tensor weight, double epsilon)
    {
        if (CudaKernels.Serve(input)) return CudaKernels.Normalise(input, weight, epsilon);
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Tensor factor = Scale(input, epsilon);
        return (input.mul(factor).mul_(weight).MoveToOuterDisposeScope(), factor.MoveToOuterDisposeScope());
    }

    /// <summary>1 / sqrt(mean(x²) + epsilon), [n, 1].</summary>
    internal static Tensor Scale(Tensor input, double epsilon)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        return input.mul(input).mean(Last, keepdim: true).add_(Scalars.Of(epsilon), Scalars.One).rsqrt_().MoveToOuterDisposeScope();
    }
}
