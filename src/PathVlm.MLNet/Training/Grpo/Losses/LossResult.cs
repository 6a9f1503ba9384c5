using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Losses;

/// <summary>A micro-batch's loss and what its metrics are made from.</summary>
/// <param name="Loss">Scalar, with gradient; the losses of an optimizer step's micro-batches are summed.</param>
/// <param name="Ratio">Importance ratio [R, L] or [R, 1] as the loss used it (cut by delta where set), no gradient.</param>
/// <param name="Kl">KL for each token [R, L], no gradient; null where beta is 0.</param>
internal sealed record LossResult(Tensor Loss, Tensor Ratio, Tensor? Kl);
