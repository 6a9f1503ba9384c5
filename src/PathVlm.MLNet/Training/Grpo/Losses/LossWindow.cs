namespace PathVlm.MLNet.Training.Grpo.Losses;

/// <summary>Numbers of the optimizer step that a loss divides by, known before its first micro-batch.</summary>
/// <param name="MicroBatches">Micro-batches in the optimizer step (<c>gradient_accumulation_steps</c>).</param>
/// <param name="StepsPerGeneration">Micro-batches that a generation batch is split into.</param>
/// <param name="GenerationTokens">Completion tokens of the whole generation batch that the loss counts (<c>num_items_in_batch</c>).</param>
/// <param name="MaxCompletionLength">Most tokens a completion may have.</param>
internal sealed record LossWindow(int MicroBatches, int StepsPerGeneration, long GenerationTokens, int MaxCompletionLength);
