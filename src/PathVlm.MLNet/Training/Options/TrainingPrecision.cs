namespace PathVlm.MLNet.Training.Options;

/// <summary>Number type that a model is trained in.</summary>
public enum TrainingPrecision
{
    /// <summary>The faster of the other two on the device; on a CPU without matrix units that is float32.</summary>
    Auto,

    /// <summary>Weights, activations and optimizer in float32.</summary>
    Float32,

    /// <summary>Weights and activations in bfloat16, the optimizer's copy of the weights in float32.</summary>
    BFloat16,
}
