using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Losses;

/// <summary>What a policy loss is computed from: R completions of a micro-batch, L the longest; padding holds 0 and has mask 0.</summary>
/// <param name="LogProbabilities">[R, L] float32, with gradient.</param>
/// <param name="OldLogProbabilities">[R, L] float32 of the policy that sampled, no gradient.</param>
/// <param name="ReferenceLogProbabilities">[R, L] float32 of the reference policy, no gradient; null where beta is 0.</param>
/// <param name="Advantages">[R, 1] float32.</param>
/// <param name="Mask">[R, L] float32: 1 where a token counts.</param>
public sealed record LossInputs(
    Tensor LogProbabilities, Tensor OldLogProbabilities, Tensor? ReferenceLogProbabilities, Tensor Advantages, Tensor Mask);

/// <summary>Numbers of the optimizer step that a loss divides by, known before its first micro-batch.</summary>
/// <param name="MicroBatches">Micro-batches in the optimizer step (<c>gradient_accumulation_steps</c>).</param>
/// <param name="StepsPerGeneration">Micro-batches that a generation batch is split into.</param>
/// <param name="GenerationTokens">Completion tokens of the whole generation batch that the loss counts (<c>num_items_in_batch</c>).</param>
/// <param name="MaxCompletionLength">Most tokens a completion may have.</param>
public sealed record LossWindow(int MicroBatches, int StepsPerGeneration, long GenerationTokens, int MaxCompletionLength);

/// <summary>A micro-batch's loss and what its metrics are made from.</summary>
/// <param name="Loss">Scalar, with gradient; the losses of an optimizer step's micro-batches are summed.</param>
/// <param name="Ratio">Importance ratio [R, L] or [R, 1] as the loss used it (cut by delta where set), no gradient.</param>
/// <param name="Kl">KL for each token [R, L], no gradient; null where beta is 0.</param>
public sealed record LossResult(Tensor Loss, Tensor Ratio, Tensor? Kl);
