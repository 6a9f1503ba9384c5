using PathVlm.Modeling.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Optimization;

/// <summary>
/// Clipping by the global 2-norm, as torch.nn.utils.clip_grad_norm_: gradients are multiplied by min(1, max / (norm + 1e-6)).
/// </summary>
public static class GradientClipping
{
    /// <summary>Elements whose squares are summed in one float32 run before runs are joined, so that large models lose no digits.</summary>
    private const long RunLength = 4096;

    /// <summary>Clips gradients in place.</summary>
    /// <param name="gradients">Flat gradient ranges, [n] float32 each, on one device; they stay the caller's.</param>
    /// <param name="maxNorm">Largest global norm, above 0.</param>
    /// <returns>The norm before clipping; not finite where a gradient is not, and then no gradient is changed.</returns>
    public static double Clip(IReadOnlyList<Tensor> gradients, double maxNorm)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        double norm = Norm(gradients);
        double factor = maxNorm / (norm + 1e-6);
        if (double.IsFinite(norm) && factor < 1)
            foreach (Tensor gradient in gradients) gradient.mul_(Scalars.Of(factor));
        return norm;
    }

    private static double Norm(IReadOnlyList<Tensor> gradients)
    {
        List<Tensor> norms = [];
        foreach (Tensor gradient in gradients)
        {
            long count = gradient.numel(), inRuns = count - count % RunLength;
            if (inRuns > 0) norms.Add(gradient.narrow(0, 0, inRuns).view(-1, RunLength).norm(1).to(ScalarType.Float64).norm());
            if (inRuns < count) norms.Add(gradient.narrow(0, inRuns, count - inRuns).norm().to(ScalarType.Float64));
        }
        return norms.Count == 0 ? 0 : stack(norms).norm().item<double>();
    }
}
