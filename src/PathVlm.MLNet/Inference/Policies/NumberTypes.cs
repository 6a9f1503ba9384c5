using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using PathVlm.Modeling.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>Which number type weights are loaded in where the user leaves the choice.</summary>
internal static class NumberTypes
{
    private const int Rows = 512, Width = 1024, Repeats = 3;
    private static readonly Lazy<bool> Measured = new(() => Seconds(ScalarType.BFloat16) < 0.8 * Seconds(ScalarType.Float32));

    /// <summary>Whether bfloat16 products are faster than float32 ones on this CPU; two products are measured once a process.</summary>
    public static bool IsBFloat16Faster => Measured.Value;

    /// <summary>Whether this CPU has instructions for bfloat16 products (AVX512-BF16 or AMX-BF16).</summary>
    public static bool HasBFloat16Products { get; } = FindBFloat16Products();

    /// <summary>The type in which a checkpoint folder's weights are loaded.</summary>
    public static ScalarType Of(ModelPrecision precision, string folder, Device device) => precision switch
    {
        ModelPrecision.Float32 => ScalarType.Float32,
        ModelPrecision.BFloat16 => ScalarType.BFloat16,
        _ => Auto(CheckpointReader.Inspect(folder), device),
    };

    /// <summary>The type in which a checkpoint's weights stay where nobody says otherwise: see <see cref="ModelPrecision.Auto"/>.</summary>
    public static ScalarType Auto(CheckpointInfo checkpoint, Device device)
    {
        if (checkpoint.Types.Count == 0 || checkpoint.Types.MaxBy(type => type.Value).Key != ScalarType.BFloat16) return ScalarType.Float32;
        bool isLarge = sizeof(float) * checkpoint.Parameters.Total > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
        return device.type != DeviceType.CPU || HasBFloat16Products || isLarge || IsBFloat16Faster
            ? ScalarType.BFloat16
            : ScalarType.Float32;
    }

    private static bool FindBFloat16Products()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7) return false;
        bool amx = (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0, avx = (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;
        return amx || avx;
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
