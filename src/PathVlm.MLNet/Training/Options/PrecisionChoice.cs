using PathVlm.MLNet.Inference.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Options;

/// <summary>Turns <see cref="TrainingPrecision.Auto"/> into a number type: bfloat16 on a CPU without matrix units can be twice as slow.</summary>
public static class PrecisionChoice
{
    /// <summary>The number type for a precision on a device; on the CPU, Auto measures two products once a process.</summary>
    public static ScalarType Of(TrainingPrecision precision, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return precision switch
        {
            TrainingPrecision.Float32 => ScalarType.Float32,
            TrainingPrecision.BFloat16 => ScalarType.BFloat16,
            _ => device.type != DeviceType.CPU || NumberTypes.IsBFloat16Faster ? ScalarType.BFloat16 : ScalarType.Float32,
        };
    }
}
