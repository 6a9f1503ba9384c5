using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Losses;

/// <summary>
/// PPO's clipped term for each token: -min(min(ratio, delta) A, clip(ratio, 1 - epsilon, 1 + epsilon_high) A); delta
/// (INTELLECT-2, arXiv 2505.07291) bounds what a negative advantage can weigh.
/// </summary>
internal static class ClippedSurrogate
{
    /// <summary>The term of each token and the ratio after delta's cut.</summary>
    /// <param name="ratio">[R, L] or [R, 1].</param>
    /// <param name="advantages">[R, 1].</param>
    /// <param name="epsilon">Lower clip range.</param>
    /// <param name="epsilonHigh">Upper clip range.</param>
    /// <param name="delta">Upper bound of the unclipped ratio, or null.</param>
    public static (Tensor PerToken, Tensor Ratio) Of(Tensor ratio, Tensor advantages, double epsilon, double epsilonHigh, double? delta)
    {
        Tensor clipped = ratio.clamp(Scalars.Of(1 - epsilon), Scalars.Of(1 + epsilonHigh));
        Tensor bounded = delta is { } bound ? ratio.clamp_max(Scalars.Of(bound)) : ratio;
        return (-minimum(bounded * advantages, clipped * advantages), bounded);
    }
}
