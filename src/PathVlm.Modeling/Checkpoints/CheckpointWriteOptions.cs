using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints;

/// <summary>How <see cref="CheckpointWriter"/> writes.</summary>
public sealed class CheckpointWriteOptions
{
    /// <summary>Type of the weights in the files: float32, bfloat16 or float16.</summary>
    /// <value>Default null: that of the embedding table handed over.</value>
    public ScalarType? Type { get; set; }

    /// <summary>Most bytes of tensors in one file; a tensor that is larger gets a file of its own.</summary>
    /// <value>Default 5,000,000,000; 1 or more.</value>
    public long MaxShardBytes { get; set; } = 5_000_000_000;

    /// <summary>Whether a checkpoint folder that exists is replaced. A folder without a config.json never is.</summary>
    /// <value>Default false.</value>
    public bool Overwrite { get; set; }
}
