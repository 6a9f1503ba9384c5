using System.Globalization;
using PathVlm.Modeling.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>Devices as options name them: cpu, cuda (the first CUDA device), cuda:N.</summary>
internal static class DeviceChoice
{
    private const string Cuda = "cuda";

    /// <summary>What is taken instead of a name, in words; null where the name is one of a device of this machine.</summary>
    public static string? TakenInsteadOf(string? name)
    {
        if (name is null || !TryParse(name, out int? index)) return "cpu, cuda or cuda:N";
        if (index is null) return null;
        int count = cuda.is_available() ? cuda.device_count() : 0;
        if (count == 0)
            return LibTorch.CudaFault is { } fault
                ? $"cpu: libtorch's CUDA half cannot be loaded ({fault})"
                : $"cpu: no CUDA device was found (it takes NVIDIA's driver and a libtorch with CUDA: {LibTorch.Variable}, or a build with -p:TorchBackend=cuda)";
        return index < count ? null : string.Create(CultureInfo.InvariantCulture, $"cpu, cuda, or cuda:0 to cuda:{count - 1}");
    }

    /// <summary>The device of a name that <see cref="TakenInsteadOf"/> takes.</summary>
    public static Device Of(string name) => TryParse(name, out int? index) && index is { } number ? device(DeviceType.CUDA, number) : CPU;

    /// <summary>Whether two devices are one; the first CUDA device has no index in some places.</summary>
    public static bool IsSame(Device one, Device other) => one.type == other.type && Math.Max(0, one.index) == Math.Max(0, other.index);

    private static bool TryParse(string name, out int? index)
    {
        index = null;
        if (name == PolicyDefaults.Device) return true;
        if (name == Cuda)
        {
            index = 0;
            return true;
        }
        if (!name.StartsWith(Cuda + ":", StringComparison.Ordinal)
            || !int.TryParse(name.AsSpan(Cuda.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)) return false;
        index = number;
        return true;
    }
}
