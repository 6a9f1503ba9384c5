using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Losses;

/// <summary>Sum over tokens divided by the optimizer step's share of the generation batch's tokens (arXiv 2503.14476).</summary>
internal sealed class DapoLoss(PolicyLossSettings settings) : PolicyLoss(settings)
{
    private protected override Tensor Reduce(Tensor perToken, Tensor mask, LossWindow window) =>
        GenerationTokens.Mean(perToken, mask, window);
}
