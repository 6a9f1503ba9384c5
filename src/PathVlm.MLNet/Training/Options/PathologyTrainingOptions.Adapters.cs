using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Training.Options;

/// <content>Adapters and memory.</content>
public abstract partial class PathologyTrainingOptions
{
    /// <summary>
    /// Trains a LoRA adapter and leaves the weights as they are, in their own type: <c>new LoraOptions { Rank = 16, Alpha = 32 }</c>. A
    /// stage continues the adapter of the stage before it, which must have the same rank, scale and targets. Null: the weights themselves
    /// are trained. The learning rate that suits an adapter is about ten times that of full fine-tuning.
    /// </summary>
    /// <value>null.</value>
    public LoraOptions? Lora { get; set; }

    /// <summary>What a step computes twice instead of keeping it in memory.</summary>
    /// <value><see cref="Recomputation.Auto"/>.</value>
    public Recomputation Recompute { get; set; }

    /// <summary>
    /// Decoder layers, counted from the first, that are computed again where <see cref="Recompute"/> is <see cref="Recomputation.Layers"/>;
    /// null: all. The fewer, the faster and the more memory.
    /// </summary>
    /// <value>null.</value>
    [OptionBounds(AtLeast = 1)]
    public int? RecomputedLayers { get; set; }
}
