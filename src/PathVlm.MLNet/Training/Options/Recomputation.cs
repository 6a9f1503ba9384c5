namespace PathVlm.MLNet.Training.Options;

/// <summary>What a training step computes twice instead of keeping it from forward to backward.</summary>
public enum Recomputation
{
    /// <summary>
    /// <see cref="Layers"/> where the memory forecast says that keeping everything does not fit, of as few layers as then fit; else
    /// <see cref="None"/>.
    /// </summary>
    Auto,

    /// <summary>Nothing: every activation is kept until backward.</summary>
    None,

    /// <summary>
    /// Decoder layers: the input of each is kept, and the layer is computed again in backward. A third more products, the same numbers.
    /// </summary>
    Layers,
}
