namespace PathVlm.MLNet.Inference.Policies;

/// <summary>Number type that a model answers in.</summary>
public enum ModelPrecision
{
    /// <summary>
    /// The type of the checkpoint's weights; types other than bfloat16 are read as float32. A zip keeps its own type. On a CPU without bfloat16
    /// products a bfloat16 model computes in float32, with weights that are widened, exactly, as they are used.
    /// </summary>
    Auto,

    /// <summary>Float32.</summary>
    Float32,

    /// <summary>bfloat16: half the memory, and half the bytes that decoding reads.</summary>
    BFloat16,
}
