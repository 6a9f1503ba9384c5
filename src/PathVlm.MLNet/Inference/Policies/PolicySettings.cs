using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>How a policy reads rows and writes answers; everything of it beside weights and checkpoint files.</summary>
internal sealed record PolicySettings
{
    /// <summary>How a row becomes a prompt.</summary>
    public PathologyPromptTemplate Template { get; init; } = new();

    /// <summary>Pictures are made no smaller; null: as the checkpoint says.</summary>
    public int? MinPixels { get; init; }

    /// <summary>Pictures are made no larger; null: as the checkpoint says, and no larger than the default.</summary>
    public int? MaxPixels { get; init; }

    /// <summary>Most tokens of a prompt.</summary>
    public int MaxPromptLength { get; init; } = PolicyDefaults.MaxPromptLength;

    /// <summary>How answers are decoded.</summary>
    public SamplingOptions Decoding { get; init; } = new() { Greedy = true };

    /// <summary>Checks what was read from a file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public void Validate()
    {
        Template.Validate();
        Decoding.Validate();
        if (MaxPromptLength < 1)
            throw new ArgumentOutOfRangeException(
                nameof(MaxPromptLength), $"MaxPromptLength: expected 1 or more, got {MaxPromptLength}.");
    }
}
