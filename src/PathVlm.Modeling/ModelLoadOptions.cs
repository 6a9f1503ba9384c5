using static TorchSharp.torch;

namespace PathVlm.Modeling;

/// <summary>How a checkpoint is loaded.</summary>
public sealed record ModelLoadOptions
{
    /// <summary>Type of the weights in memory: float32, or float64 for numerical tests.</summary>
    /// <value>Float32.</value>
    public ScalarType Type { get; init; } = ScalarType.Float32;

    /// <summary>Device of the weights.</summary>
    /// <value>The CPU.</value>
    public Device Device { get; init; } = CPU;
}
