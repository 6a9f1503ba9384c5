using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Losses;

/// <summary>
/// Per-token KL divergence to the reference policy, the k3 estimate exp(ref - logp) - (ref - logp) - 1, unclamped. The paper's Equation 2
/// has it as it stands; TRL's <c>use_bias_correction_kl</c> multiplies it by the (differentiable) importance ratio.
/// </summary>
internal static class KlDivergence
{
    /// <summary>The estimate for each token.</summary>
    /// <param name="logProbabilities">[R, L] float32, of the policy.</param>
    /// <param name="referenceLogProbabilities">[R, L] float32, no gradient.</param>
    /// <returns>[R, L], not negative.</returns>
    public static Tensor Of(Tensor logProbabilities, Tensor referenceLogProbabilities)
    {
        Tensor difference = referenceLogProbabilities - logProbabilities;
        return (difference.exp() - difference).sub(Scalars.One);
    }
}
