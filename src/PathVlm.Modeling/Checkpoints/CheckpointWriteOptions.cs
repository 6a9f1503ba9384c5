using PathVlm.Modeling.Options;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints;

/// <summary>How <see cref="CheckpointWriter"/> writes.</summary>
public sealed class CheckpointWriteOptions : IOptionSet
{
    /// <summary>Type of the weights in the files: float32, bfloat16 or float16.</summary>
    /// <value>Default null: that of the embedding table handed over.</value>
    public ScalarType? Type { get; set; }

    /// <summary>Most bytes of tensors in one file; a tensor that is larger gets a file of its own.</summary>
    /// <value>Default 5,000,000,000.</value>
    [OptionBounds(AtLeast = 1)]
    public long MaxShardBytes { get; set; } = 5_000_000_000;

    /// <summary>Whether a checkpoint folder that exists is replaced. A folder without a config.json never is.</summary>
    /// <value>Default false.</value>
    public bool Overwrite { get; set; }

    void IOptionSet.AddFaults(OptionFaults faults) => faults.Require(
        Type is null or ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16, nameof(Type), Type, "Float32, BFloat16 or Float16");
}
