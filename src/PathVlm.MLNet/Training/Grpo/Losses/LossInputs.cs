using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Losses;

/// <summary>What a policy loss is computed from: R completions of a micro-batch, L the longest; padding holds 0 and has mask 0.</summary>
/// <param name="LogProbabilities">[R, L] float32, with gradient.</param>
/// <param name="OldLogProbabilities">[R, L] float32 of the policy that sampled, no gradient.</param>
/// <param name="ReferenceLogProbabilities">[R, L] float32 of the reference policy, no gradient; null where beta is 0.</param>
/// <param name="Advantages">[R, 1] float32.</param>
/// <param name="Mask">[R, L] float32: 1 where a token counts.</param>
internal sealed record LossInputs(
    Tensor LogProbabilities, Tensor OldLogProbabilities, Tensor? ReferenceLogProbabilities, Tensor Advantages, Tensor Mask);
