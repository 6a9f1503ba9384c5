using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Loop;

/// <summary>The loss of a micro-batch.</summary>
/// <param name="Loss">Scalar; the losses of a step's micro-batches are summed. Owned by the micro-batch's dispose scope.</param>
/// <param name="HasGradient">False where the gradient is known to be zero, so that the backward pass is left out.</param>
internal readonly record struct MicroBatchLoss(Tensor Loss, bool HasGradient = true);
