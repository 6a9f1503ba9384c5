using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Numerics;

/// <summary>
/// Which type a model computes in. It is that of its weights, except on a CPU without bfloat16 products: there weights of 16 bits stay as they are
/// in memory and are widened, exactly, as they are used, so that everything is computed in float32 and half the bytes are read.
/// </summary>
internal static class ComputeTypes
{
    /// <summary>Whether this CPU has instructions for bfloat16 products (AVX512-BF16 or AMX-BF16).</summary>
    public static bool HasBFloat16Products { get; } = FindBFloat16Products();

    /// <summary>The type that weights of a type are computed with on a device.</summary>
    public static ScalarType Of(ScalarType weights, Device device) => Of(weights, device.type == DeviceType.CPU);

    /// <summary>The type that weights of a type are computed with, on the CPU or elsewhere.</summary>
    public static ScalarType Of(ScalarType weights, bool isCpu) =>
        isCpu && (weights == ScalarType.Float16 || (weights == ScalarType.BFloat16 && !HasBFloat16Products))
            ? ScalarType.Float32
            : weights;

    private static bool FindBFloat16Products()
    {
        const int Amx = 1 << 22, Avx512 = 1 << 5;
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 7) return false;
        return (X86Base.CpuId(7, 0).Edx & Amx) != 0 || (X86Base.CpuId(7, 1).Eax & Avx512) != 0;
    }
}
