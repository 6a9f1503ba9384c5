using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Losses;

/// <summary>Sum over tokens divided by completions x most tokens, so that length earns nothing (arXiv 2503.20783).</summary>
internal sealed class DrGrpoLoss(PolicyLossSettings settings) : PolicyLoss(settings)
{
    private protected override Tensor Reduce(Tensor perToken, Tensor mask, LossWindow window) =>
        (perToken * mask).sum().div(Scalars.Of(perToken.shape[0] * (double)window.MaxCompletionLength * window.MicroBatches));
}
