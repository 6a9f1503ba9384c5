using System.Globalization;
using PathVlm.Modeling.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>Devices as options name them: cpu, cuda (the first CUDA device), cuda:N.</summary>
internal static class DeviceChoice
{
    private const string Cuda = "cuda";
    private const string NoCuda =
        "cpu: no CUDA device was found (it needs NVIDIA's driver and a libtorch with CUDA: " + LibTorch.Variable
            + ", or a build with -p:TorchBackend=cuda)";

    /// <summary>The names that this machine accepts, in words; null where the name is one of them.</summary>
    public static string? AcceptedNames(string? name)
    {
        if (name is null || !TryParse(name, out int? index)) return "cpu, cuda or cuda:N";
        if (index is null) return null;
        int count = cuda.is_available() ? cuda.device_count() : 0;
        if (count == 0) return LibTorch.CudaFault is { } fault ? $"cpu: libtorch's CUDA half cannot be loaded ({fault})" : NoCuda;
        return index < count ? null : string.Create(CultureInfo.InvariantCulture, $"cpu, cuda, or cuda:0 to cuda:{count - 1}");
    }

    /// <summary>The device of a name that <see cref="AcceptedNames"/> accepts.</summary>
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
