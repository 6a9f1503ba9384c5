using PathVlm.MLNet.Inference.Policies;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Options;

/// <summary>
/// Resolves <see cref="TrainingPrecision.Auto"/>: on a CPU without matrix units bfloat16 can be twice as slow as float32.
/// </summary>
internal static class PrecisionChoice
{
    /// <summary>The number type for a precision on a device; on the CPU, Auto measures two products once per process.</summary>
    public static ScalarType Resolve(TrainingPrecision precision, Device device)
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
