using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;

namespace PathVlm.Modeling.Native;

/// <summary>
/// Loads libtorch and TorchSharp's library before TorchSharp does; the dynamic loader then answers TorchSharp's own look-ups with what is
/// loaded. Where the system's libstdc++ is older than libLibTorchSharp.so asks for (GLIBCXX_3.4.32 of GCC 13; Debian 12 and Ubuntu 22.04
/// have GCC 12's), a copy is loaded whose need of that version is weak: the one symbol that carries it is never called.
/// </summary>
internal static partial class LibTorchLoader
{
    /// <summary>TorchSharp's own library.</summary>
    public const string TorchSharpLibrary = "libLibTorchSharp.so";

    /// <summary>The version need that is made weak.</summary>
    public const string NewestVersion = "GLIBCXX_3.4.32";

    private const string Cpu = "libtorch_cpu.so", Cuda = "libtorch_cuda.so", Whole = "libtorch.so";

    /// <summary>Loads what there is to load.</summary>
    /// <param name="chosen">Folder of the libtorch to use; null or empty: the one that came with TorchSharp.</param>
    /// <returns>What was loaded; its fault where it cannot be used.</returns>
    public static LoadedLibTorch Load(string? chosen)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return LoadedLibTorch.LeftToTorchSharp;
        if (NativeFolders.Find(NativeFolders.OfTorchSharp(), TorchSharpLibrary) is not { } library) return LoadedLibTorch.LeftToTorchSharp;
        try
        {
            return string.IsNullOrEmpty(chosen) ? LoadOwn(library) : LoadChosen(library, chosen);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return LoadedLibTorch.Faulty(fault.Message);
        }
    }

    [SupportedOSPlatform("linux")]
    private static LoadedLibTorch LoadOwn(string library)
    {
        if (NativeFolders.Find(NativeFolders.OfLibTorch(), Cpu) is not { } cpu)
            return LoadedLibTorch.Faulty(
                $"libtorch was not found. Expected a reference to TorchSharp-cpu, or {LibTorch.Variable} = the lib folder of a "
                    + $"libtorch {NativeFolders.BuiltFor()}.");
        string folder = Path.GetDirectoryName(cpu)!;
        nint whole = LoadFolder(folder, out string? cudaFault, out _);
        LoadTorchSharp(library);
        return new LoadedLibTorch(folder, whole) { CudaFault = cudaFault };
    }

    [SupportedOSPlatform("linux")]
    private static LoadedLibTorch LoadChosen(string library, string chosen)
    {
        string folder = Path.GetFullPath(chosen);
        string[] missing = [.. new[] { "libc10.so", Cpu, Whole }.Where(name => !File.Exists(Path.Combine(folder, name)))];
        if (missing.Length > 0)
            throw new InvalidDataException(
                $"{LibTorch.Variable}: expected a folder with libtorch's libraries (such as …/torch/lib), got [{chosen}], which has "
                    + $"no {string.Join(", ", missing)}.");
        string? ownCuda = NativeFolders.Find(NativeFolders.Probed(), Cuda);
        if (ownCuda is not null && !File.Exists(Path.Combine(folder, Cuda)))
            throw new InvalidDataException(
                $"{LibTorch.Variable}: [{chosen}] has no {Cuda}, but the program brings one ({ownCuda}): the two do not go together. "
                    + $"Use a libtorch with CUDA, or a build with TorchBackend=cpu.");
        nint whole = LoadFolder(folder, out string? cudaFault, out IReadOnlyDictionary<string, nint> handles);
        LoadedLibTorch loaded = new(folder, whole) { CudaFault = cudaFault, IsChosen = true };
        string[] unknown = [.. new ElfLibrary(File.ReadAllBytes(library), library).UnversionedNeeds()
            .Where(name => !NativeLibrary.TryGetExport(whole, name, out _))];
        if (unknown.Length > 0)
            throw new InvalidDataException(
                $"{LibTorch.Variable}: [{chosen}] is libtorch {loaded.Version ?? "of an unknown version"}, TorchSharp was built for "
                    + $"{NativeFolders.BuiltFor()}: {unknown.Length} symbol(s) are missing, the first {unknown[0]}.");
        foreach ((string name, nint handle) in handles)
            if (NativeFolders.Find(NativeFolders.Probed(), name) is { } other && !DynamicLoader.KnowAs(handle, other))
                throw new InvalidDataException(
                    $"{LibTorch.Variable}: the program brings a libtorch of its own ({other}) that cannot be set aside; build it with "
                    + $"TorchBackend=none.");
        LoadTorchSharp(library);
        return loaded;
    }

    /// <summary>libtorch's libraries of a folder; those that they need lie beside them and are found by their own search path.</summary>
    private static nint LoadFolder(string folder, out string? cudaFault, out IReadOnlyDictionary<string, nint> handles)
    {
        Dictionary<string, nint> loaded = new() { [Cpu] = Require(Path.Combine(folder, Cpu)) };
        cudaFault = null;
        string cudaPath = Path.Combine(folder, Cuda);
        if (File.Exists(cudaPath) && DynamicLoader.Load(cudaPath, out cudaFault) is nint cuda && cuda != 0)
            loaded.Add(Cuda, cuda);
        handles = loaded;
        return Require(Path.Combine(folder, Whole));
    }

    private static nint Require(string path) =>
        DynamicLoader.Load(path, out string? fault) is var handle && handle != 0 ? handle
            : throw new InvalidDataException($"{path}: cannot be loaded: {fault}");

    [SupportedOSPlatform("linux")]
    private static void LoadTorchSharp(string library)
    {
        if (DynamicLoader.Load(library, out string? fault) != 0) return;
        if (!fault!.Contains(NewestVersion, StringComparison.Ordinal))
            throw new InvalidDataException($"{library}: cannot be loaded: {fault}");
        byte[] image = File.ReadAllBytes(library);
        if (!new ElfLibrary(image, library).WeakenVersion(NewestVersion))
            throw new InvalidDataException($"{library}: cannot be loaded: {fault}");
        nint handle = NativeCache.Folder() is { } folder && NativeCache.Place(folder, TorchSharpLibrary, image) is { } copy
            ? DynamicLoader.Load(copy, out fault)
            : DynamicLoader.LoadFromMemory(TorchSharpLibrary, image);
        if (handle == 0)
            throw new InvalidDataException(
                $"{library}: asks for {NewestVersion}, which this system's libstdc++ lacks, and a copy without that need cannot be "
                + $"loaded: {fault}");
    }

    /// <summary>What <c>at::show_config()</c> says; null where libtorch has no such function.</summary>
    /// <remarks>
    /// It returns a std::string through a hidden pointer: a pointer to the characters, then their number (libstdc++, x86-64).
    /// </remarks>
    public static unsafe string? Configuration(nint whole)
    {
        const int StringSize = 32;
        if (!NativeLibrary.TryGetExport(whole, "_ZN2at11show_configB5cxx11Ev", out nint function)) return null;
        nint* text = stackalloc nint[StringSize / sizeof(nint)];
        ((delegate* unmanaged<nint*, nint*>)function)(text);
        string said = Marshal.PtrToStringUTF8(text[0], (int)text[1]);
        if (text[0] != (nint)(text + 2)) NativeMemory.Free((void*)text[0]);
        return said;
    }

    /// <summary>The version in a text of <see cref="Configuration"/>.</summary>
    public static string? VersionIn(string? configuration) =>
        configuration is not null && VersionPattern().Match(configuration) is { Success: true } match ? match.Groups[1].Value : null;

    [GeneratedRegex(@"TORCH_VERSION=([^,\s]+)", RegexOptions.CultureInvariant)]
    private static partial Regex VersionPattern();
}
