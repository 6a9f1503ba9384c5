using PathVlm.Modeling.Processing;

namespace PathVlm.Modeling.Training;

/// <summary>A sequence that a model is trained to continue.</summary>
/// <param name="TokenIds">Prompt and answer, picture placeholders expanded; longer than <paramref name="PromptLength"/>.</param>
/// <param name="PromptLength">Number of leading tokens that are given and not predicted; 1 or more.</param>
/// <param name="Picture">The patches of the prompt's picture; null where there is none.</param>
/// <param name="Weights">
/// Weight of each answer token in the loss [TokenIds.Count - PromptLength], 0 or more; 1 is the usual weight.
/// </param>
public sealed record NextTokenExample(
    IReadOnlyList<int> TokenIds, int PromptLength, ProcessedImage? Picture, IReadOnlyList<float> Weights);
