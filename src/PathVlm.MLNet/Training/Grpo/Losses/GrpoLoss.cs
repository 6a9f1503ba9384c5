using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Losses;

/// <summary>Mean over each completion's tokens, then over completions (arXiv 2402.03300, Equation 3; the paper's Equation 2).</summary>
internal sealed class GrpoLoss(PolicyLossSettings settings) : PolicyLoss(settings)
{
    private protected override Tensor Reduce(Tensor perToken, Tensor mask, LossWindow window) =>
        ((perToken * mask).sum(-1) / mask.sum(-1).clamp_min(Scalars.One)).mean().div(Scalars.Of((long)window.MicroBatches));
}
