using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Options;

/// <summary>
/// Resolves <see cref="TrainingPrecision.Auto"/>: on a CPU without matrix units bfloat16 can be twice as slow as float32.
/// </summary>
internal static class PrecisionChoice
{
    private const int Rows = 512, Width = 1024, Repeats = 3;
    private static readonly Lazy<ScalarType> OnCpu = new(() => Seconds(ScalarType.BFloat16) < 0.8 * Seconds(ScalarType.Float32)
        ? ScalarType.BFloat16
        : ScalarType.Float32);

    /// <summary>The number type for a precision on a device; on the CPU, Auto measures two products once per process.</summary>
    public static ScalarType Resolve(TrainingPrecision precision, Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return precision switch
        {
            TrainingPrecision.Float32 => ScalarType.Float32,
            TrainingPrecision.BFloat16 => ScalarType.BFloat16,
            _ => device.type == DeviceType.CPU ? OnCpu.Value : ScalarType.BFloat16,
        };
    }

    private static double Seconds(ScalarType type)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor left = ones(Rows, Width, type), right = ones(Width, Width, type);
        left.mm(right);
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < Repeats; i++) left.mm(right);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
