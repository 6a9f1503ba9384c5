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
        using var square = input.square();
        using var mean = square.mean(Last, keepdim: true);
        using var shifted = mean.add(epsilon);
        using var scale = shifted.rsqrt();
        using var scaled = input.mul(scale);
        return scaled.mul(weight);
    }
}
