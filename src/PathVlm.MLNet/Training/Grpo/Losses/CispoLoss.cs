using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Losses;

/// <summary>
/// REINFORCE with a cut importance weight that carries no gradient: -min(ratio, epsilon_high) A logp, DAPO's divisor
/// (MiniMax-M1, arXiv 2506.13585). epsilon_high is the cut itself, not a range around 1.
/// </summary>
internal sealed class CispoLoss(PolicyLossSettings settings) : PolicyLoss(settings)
{
    /// <inheritdoc/>
    public override bool LogsClipRatios => false;

    private protected override (Tensor PerToken, Tensor Ratio) PerToken(LossInputs inputs, Tensor ratio) =>
        (-(ratio.clamp_max(Scalars.Of(Settings.UpperEpsilon)).detach() * inputs.Advantages * inputs.LogProbabilities), ratio);

    private protected override Tensor Reduce(Tensor perToken, Tensor mask, LossWindow window) =>
        GenerationTokens.Mean(perToken, mask, window);
}
