using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Losses;

/// <summary>
/// Ratio of the policy's to the sampling policy's probability: exp(logp - old), or with <see cref="ImportanceSampling.Sequence"/>
/// exp(mean over the completion of (logp - old)) (arXiv 2507.18071).
/// </summary>
internal static class ImportanceRatio
{
    /// <summary>The differentiable ratio.</summary>
    /// <param name="logProbabilities">[R, L] float32, of the policy.</param>
    /// <param name="oldLogProbabilities">[R, L] float32, no gradient, of the policy that sampled.</param>
    /// <param name="mask">[R, L] float32, 1 where a token counts.</param>
    /// <param name="level">Token or sequence.</param>
    /// <returns>[R, L], or [R, 1] by sequence.</returns>
    public static Tensor Of(Tensor logProbabilities, Tensor oldLogProbabilities, Tensor mask, ImportanceSampling level)
    {
        Tensor logRatio = logProbabilities - oldLogProbabilities;
        if (level == ImportanceSampling.Token) return logRatio.exp();
        return ((logRatio * mask).sum(-1, keepdim: true) / mask.sum(-1, keepdim: true).clamp_min(Scalars.One)).exp();
    }
}
