using PathVlm.Modeling.Options;
using static TorchSharp.torch;

namespace PathVlm.Modeling;

/// <summary>How a checkpoint is loaded.</summary>
public sealed record ModelLoadOptions : IOptionSet
{
    /// <summary>Type of the weights in memory: float32, bfloat16 or float16; float64 for numerical tests.</summary>
    /// <value>Float32.</value>
    public ScalarType Type { get; init; } = ScalarType.Float32;

    /// <summary>Device of the weights.</summary>
    /// <value>The CPU.</value>
    public Device Device { get; init; } = CPU;

    /// <summary>
    /// Whether weights that are NaN or infinite are loaded. They make every answer meaningless, so that they are refused otherwise.
    /// </summary>
    /// <value>False.</value>
    public bool AllowNonFinite { get; init; }

    void IOptionSet.AddFaults(OptionFaults faults) => faults.Require(
        Type is ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16 or ScalarType.Float64, nameof(Type), Type,
        "Float32, BFloat16, Float16 or Float64");
}
