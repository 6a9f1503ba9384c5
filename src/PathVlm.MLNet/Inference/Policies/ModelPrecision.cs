namespace PathVlm.MLNet.Inference.Policies;

/// <summary>Number type that a model answers in.</summary>
public enum ModelPrecision
{
    /// <summary>
    /// The type of the checkpoint's weights on a GPU, on a CPU with bfloat16 products, and where float32 would take more than half of the
    /// memory; else the faster of the two, measured once a process. Checkpoints that are not bfloat16 are read as float32. A zip keeps its
    /// own type.
    /// </summary>
    Auto,

    /// <summary>Float32.</summary>
    Float32,

    /// <summary>bfloat16: half the memory, and half the bytes that decoding reads.</summary>
    BFloat16,
}
