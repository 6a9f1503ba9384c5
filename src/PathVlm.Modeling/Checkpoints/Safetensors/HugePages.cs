using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints.Safetensors;

/// <summary>
/// Asks Linux for pages of 2 MiB under memory that is about to be filled for the first time. Measured: filling 0.5 GB from a mapped file
/// needs 0.09 s of processor time with them and 0.39 s without, most of it in page faults. A hint: where it can't be met, nothing changes.
/// </summary>
internal static partial class HugePages
{
    private const long PageSize = 2 << 20;
    private const int Advice = 14; // MADV_HUGEPAGE

    /// <summary>Hints at the whole pages inside a contiguous tensor's memory on the CPU; no byte is touched.</summary>
    public static void Advise(Tensor tensor)
    {
        if (tensor.numel() > 0)
            Advise(TensorBytes.Address(tensor), tensor.numel() * tensor.element_size());
    }

    private static void Advise(nint address, long bytes)
    {
        if (!OperatingSystem.IsLinux() || bytes < 2 * PageSize)
            return;
        long first = (address + PageSize - 1) / PageSize * PageSize, last = (address + bytes) / PageSize * PageSize;
        if (last > first)
            _ = Advise((nint)first, (nuint)(last - first), Advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nint start, nuint length, int advice);
}
