using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Losses;

/// <summary>Mean over the tokens of the micro-batch: by definition it depends on how an optimizer step is cut into micro-batches.</summary>
internal sealed class BnpoLoss(PolicyLossSettings settings) : PolicyLoss(settings)
{
    private protected override Tensor Reduce(Tensor perToken, Tensor mask, LossWindow window) =>
        ((perToken * mask).sum() / mask.sum().clamp_min(Scalars.One)).div(Scalars.Of((long)window.MicroBatches));
}
