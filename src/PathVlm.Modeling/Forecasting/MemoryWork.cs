using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Configuration;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Forecasting;

/// <summary>What a model is to be used for.</summary>
public enum MemoryPurpose
{
    /// <summary>Answering rows.</summary>
    Generate,

    /// <summary>Supervised fine-tuning.</summary>
    SupervisedFineTuning,

    /// <summary>GRPO: sampling, reference and training passes.</summary>
    Grpo,
}

/// <summary>A use of a model, as far as its memory depends on it.</summary>
public sealed record MemoryWork
{
    /// <summary>Settings of the model.</summary>
    public required ModelConfiguration Model { get; init; }

    /// <summary>What it is used for.</summary>
    public required MemoryPurpose Purpose { get; init; }

    /// <summary>Type of the weights: float32 or bfloat16.</summary>
    public ScalarType Type { get; init; } = ScalarType.Float32;

    /// <summary>Whether the device is a GPU.</summary>
    public bool IsGpu { get; init; }

    /// <summary>The adapter that is trained; null: the weights are, or nothing.</summary>
    public LoraOptions? Lora { get; init; }

    /// <summary>Whether vision tower and merger stay as they are.</summary>
    public bool VisionFrozen { get; init; } = true;

    /// <summary>Whether decoder layers are computed again in backward.</summary>
    public bool RecomputesLayers { get; init; }

    /// <summary>How many are, counted from the first, where <see cref="RecomputesLayers"/>; null: all.</summary>
    public int? RecomputedLayers { get; init; }

    /// <summary>Tokens of the longest prompt, picture tokens included.</summary>
    public int PromptTokens { get; init; } = 1024;

    /// <summary>Tokens of the longest answer or completion.</summary>
    public int AnswerTokens { get; init; } = 1024;

    /// <summary>Rows of a micro-batch, or rows answered together; for GRPO completions.</summary>
    public int Rows { get; init; } = 1;

    /// <summary>Completions of a prompt.</summary>
    public int GroupSize { get; init; } = 1;

    /// <summary>Completions decoded at one time.</summary>
    public int DecodedRows { get; init; } = 1;

    /// <summary>Whether a second copy of all weights is kept as the reference policy.</summary>
    public bool CopiesReference { get; init; }

    /// <summary>Whether there is a reference policy at all.</summary>
    public bool HasReference { get; init; }

    /// <summary>Bytes that something else of this process holds, such as the model of the stage before.</summary>
    public long AlsoHeldBytes { get; init; }

    /// <summary>Patches of the largest picture.</summary>
    public int PicturePatches { get; init; }

    /// <summary>Distinct pictures whose features are kept.</summary>
    public int KeptPictures { get; init; }
}
