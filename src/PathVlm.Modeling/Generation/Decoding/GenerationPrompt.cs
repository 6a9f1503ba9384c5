using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Processing;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>A prompt to complete.</summary>
/// <param name="TokenIds">Ids, picture placeholders expanded; 1 or more.</param>
public sealed record GenerationPrompt(IReadOnlyList<int> TokenIds)
{
    /// <summary>Patch grids of the pictures, in the order of their placeholders.</summary>
    /// <value>Default: none.</value>
    public IReadOnlyList<ImageGrid> Grids { get; init; } = [];

    /// <summary>
    /// Features of the pictures [placeholders, D], on the model's device; read until the prompt is prefilled; who disposes them: <see
    /// cref="OwnsImageFeatures"/>.
    /// </summary>
    /// <value>Default: null, no picture.</value>
    public Tensor? ImageFeatures { get; init; }

    /// <summary>
    /// Whether the generator disposes <see cref="ImageFeatures"/> once the prompt was taken in: for prompts made one by one.
    /// </summary>
    /// <value>false: they stay the caller's.</value>
    public bool OwnsImageFeatures { get; init; }

    /// <summary>The row coordinate of this prompt's draws: <see cref="DrawCoordinates.Row"/>.</summary>
    /// <value>Default: null, the prompt's index in the call.</value>
    public long? Row { get; init; }

    /// <summary>Ids that end a completion of this prompt.</summary>
    /// <value>Default: null, the generator's.</value>
    public IReadOnlyCollection<int>? EndTokenIds { get; init; }

    /// <summary>Most tokens of a completion of this prompt; at most <see cref="SamplingOptions.MaxNewTokens"/>.</summary>
    /// <value>Default: null, <see cref="SamplingOptions.MaxNewTokens"/>.</value>
    public int? MaxNewTokens { get; init; }
}
