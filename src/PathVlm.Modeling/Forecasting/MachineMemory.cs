using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Forecasting;

/// <summary>How much memory a device has for this process: the machine's or the control group's, or the card's.</summary>
public static class MachineMemory
{
    private const string Unlimited = "max";

    /// <summary>Bytes that a process on a device may use at most; null where nobody tells.</summary>
    public static long? TotalBytes(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.type == DeviceType.CUDA ? Card.Total(Math.Max(0, device.index)) : CpuBytes("/");
    }

    /// <summary>Bytes of the machine, or of its smallest control group that this process is in.</summary>
    /// <param name="root">Folder in which <c>proc</c> and <c>sys</c> lie: <c>/</c>, or a copy of theirs.</param>
    internal static long? CpuBytes(string root)
    {
        long[] limits = [.. new[] { Physical(root) }.Concat(ControlGroups(root)).OfType<long>().Where(limit => limit > 0)];
        return limits.Length == 0 ? null : limits.Min();
    }

    private static long? Physical(string root)
    {
        const string Field = "MemTotal:";
        string file = Path.Combine(root, "proc", "meminfo");
        if (!File.Exists(file)) return GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        string? line = File.ReadLines(file).FirstOrDefault(each => each.StartsWith(Field, StringComparison.Ordinal));
        string? number = line?[Field.Length..].Trim().TrimEnd('k', 'B', ' ');
        return number is not null && long.TryParse(number, CultureInfo.InvariantCulture, out long kilobytes)
            ? kilobytes * 1024
            : null;
    }

    // Version 2: memory.max of the process's group and of those above it; version 1: memory.limit_in_bytes.
    private static IEnumerable<long?> ControlGroups(string root)
    {
        string membership = Path.Combine(root, "proc", "self", "cgroup"), groups = Path.Combine(root, "sys", "fs", "cgroup");
        if (!File.Exists(membership)) yield break;
        foreach (string line in File.ReadLines(membership))
        {
            string[] parts = line.Split(':', 3);
            if (parts.Length < 3) continue;
            bool isUnified = parts[0] == "0" && parts[1].Length == 0;
            if (!isUnified && !parts[1].Split(',').Contains("memory")) continue;
            string hierarchy = isUnified ? groups : Path.Combine(groups, "memory");
            string name = isUnified ? "memory.max" : "memory.limit_in_bytes";
            for (string group = parts[2].Trim('/'); ; group = Path.GetDirectoryName(group) ?? "")
            {
                yield return Limit(Path.Combine(hierarchy, group, name));
                if (group.Length == 0) break;
            }
        }
    }

    private static long? Limit(string path)
    {
        try
        {
            if (!File.Exists(path)) return null;
            string text = File.ReadAllText(path).Trim();
            return text != Unlimited && long.TryParse(text, CultureInfo.InvariantCulture, out long bytes) ? bytes : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>NVIDIA's management library, which comes with the driver.</summary>
    private static class Card
    {
        private const string Library = "libnvidia-ml.so.1";

        public static long? Total(int index)
        {
            try
            {
                return Init() == 0 && HandleByIndex((uint)index, out nint card) == 0 && MemoryInfo(card, out Memory memory) == 0
                    ? (long)memory.Total
                    : null;
            }
            catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException)
            {
                return null;
            }
        }

        [DllImport(Library, EntryPoint = "nvmlInit_v2")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int Init();

        [DllImport(Library, EntryPoint = "nvmlDeviceGetHandleByIndex_v2")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int HandleByIndex(uint index, out nint device);

        [DllImport(Library, EntryPoint = "nvmlDeviceGetMemoryInfo")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int MemoryInfo(nint device, out Memory memory);

        [StructLayout(LayoutKind.Sequential)]
        private readonly struct Memory
        {
            public readonly ulong Total;
            public readonly ulong Free;
            public readonly ulong Used;
        }
    }
}
