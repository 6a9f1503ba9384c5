using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Native;

/// <summary>
/// The libtorch that this process computes with. It is loaded when the first type of this library is used; a program that calls TorchSharp
/// itself before anything of ours calls <see cref="EnsureLoaded"/> first. On Linux x64 alone; elsewhere TorchSharp loads what it finds.
/// </summary>
public static class LibTorch
{
    /// <summary>
    /// Environment variable that chooses another libtorch than the one that came with TorchSharp: the folder of its libraries, such as
    /// <c>…/site-packages/torch/lib</c> of a PyTorch installation. Its symbols are checked, then its results (<see cref="SelfCheck"/>).
    /// </summary>
    public const string Variable = "PATHVLM_LIBTORCH";

    private static readonly Lazy<LoadedLibTorch> Loaded = new(() => LibTorchLoader.Load(Environment.GetEnvironmentVariable(Variable)));
    private static readonly Lazy<string?> Checked = new(Check);
    private static readonly ConcurrentDictionary<int, Lazy<string?>> CheckedDevices = new();

    /// <summary>The version as libtorch tells it, such as 2.10.0; null where it is not known.</summary>
    public static string? Version => Loaded.Value.Version;

    /// <summary>The folder of its libraries; null where TorchSharp loaded it by itself.</summary>
    public static string? Folder => Loaded.Value.Folder;

    /// <summary>Whether <see cref="Variable"/> chose it.</summary>
    public static bool IsChosen => Loaded.Value.IsChosen;

    /// <summary>
    /// Why the CUDA half of libtorch could not be loaded, in the words of the system's loader; null where it was, or there is none.
    /// </summary>
    public static string? CudaFault => Loaded.Value.CudaFault;

    /// <summary>Handle of the library whose dependencies are all of libtorch; 0 where TorchSharp loaded it by itself.</summary>
    internal static nint Library => Loaded.Value.Handle;

    /// <summary>Loads libtorch, and checks one that <see cref="Variable"/> chose; does nothing where that was done.</summary>
    /// <exception cref="InvalidOperationException">
    /// There is no libtorch, or the chosen one does not suit; the message is one line.
    /// </exception>
    public static void EnsureLoaded()
    {
        if (Checked.Value is { } fault) throw new InvalidOperationException(fault);
    }

    /// <summary>
    /// Runs the self-check on a CUDA device, once a process; the CPU's runs in <see cref="EnsureLoaded"/> where it is called for.
    /// </summary>
    /// <param name="device">The device that a model is to be placed on.</param>
    /// <exception cref="InvalidOperationException">
    /// libtorch cannot be used, or results on the device differ; the message is one line.
    /// </exception>
    public static void EnsureDevice(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        EnsureLoaded();
        if (device.type != DeviceType.CUDA) return;
        int index = Math.Max(0, device.index);
        string? fault = CheckedDevices.GetOrAdd(index, number => new Lazy<string?>(() => Check(device))).Value;
        if (fault is not null) throw new InvalidOperationException(fault);
    }

    // Never throws: a fault is told by the first call that needs libtorch, not as a type initialization error.
#pragma warning disable CA2255 // a library's initializer: the one place that is certain to run before TorchSharp is called from here
    [ModuleInitializer]
    internal static void Initialize() => _ = Loaded.Value;
#pragma warning restore CA2255

    private static string? Check(Device device)
    {
        IReadOnlyList<string> faults = SelfCheck.Run(device);
        return faults.Count == 0 ? null : $"Device: {device} computes wrong results with libtorch {Version}: {string.Join("; ", faults)}.";
    }

    private static string? Check()
    {
        LoadedLibTorch loaded = Loaded.Value;
        if (loaded.Fault is not null || !loaded.IsChosen) return loaded.Fault;
        IReadOnlyList<string> faults = SelfCheck.Run(CPU);
        string[] copies = Mapped("libtorch_cpu.so");
        if (copies.Length > 1) return $"{Variable}: two copies of libtorch are loaded: {string.Join(", ", copies)}.";
        return faults.Count == 0 ? null
            : $"{Variable}: libtorch {loaded.Version} in {loaded.Folder} computes otherwise than TorchSharp expects: "
            + $"{string.Join("; ", faults)}.";
    }

    private static string[] Mapped(string name) => [.. File.ReadLines("/proc/self/maps")
        .Where(line => line.EndsWith("/" + name, StringComparison.Ordinal))
            .Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..]).Distinct()];
}
