using System.Runtime.InteropServices;

namespace PathVlm.Modeling.Native;

/// <summary>What .NET's <see cref="NativeLibrary"/> lacks of Linux's dynamic loader.</summary>
internal static unsafe partial class DynamicLoader
{
    private const int LinkMapRequest = 2; // RTLD_DI_LINKMAP

    /// <summary>Loads a library; <paramref name="fault"/> is the loader's own sentence where it cannot be.</summary>
    public static nint Load(string path, out string? fault)
    {
        fault = null;
        if (NativeLibrary.TryLoad(path, out nint handle)) return handle;
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException error)
        {
            // .NET puts the loader's sentences behind one of its own.
            string[] lines = error.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            fault = lines.Length > 1 ? lines[1] : lines[0];
            return 0;
        }
        catch (BadImageFormatException error)
        {
            fault = error.Message;
            return 0;
        }
    }

    /// <summary>Loads a library from memory, where no folder can hold it; 0 where the system cannot.</summary>
    public static nint LoadFromMemory(string name, byte[] content)
    {
        int file = MemoryFile(name, 1);
        if (file < 0) return 0;
        try
        {
            string path = $"/proc/self/fd/{file}";
            File.WriteAllBytes(path, content);
            return Load(path, out _);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
        finally
        {
            _ = Close(file);
        }
    }

    /// <summary>
    /// Makes a loaded library known under another path, so that a later dlopen of that path finds it. TorchSharp asks for
    /// <c>libtorch_cpu.so</c> by the path of the program's own copy; a second libtorch in a process ends it ("Tried to register an operator
    /// twice"). The loader compares a path with <c>l_name</c> of each library before it opens a file (glibc, _dl_map_object).
    /// </summary>
    /// <param name="library">The loaded library.</param>
    /// <param name="path">The path; kept for the life of the process.</param>
    /// <returns>Whether the loader gave its entry.</returns>
    public static bool KnowAs(nint library, string path)
    {
        LinkMap* map;
        if (Information(library, LinkMapRequest, &map) != 0 || map is null) return false;
        map->Name = Marshal.StringToCoTaskMemUTF8(path);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "dlinfo")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Information(nint library, int request, LinkMap** result);

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int file);

    /// <summary>The public head of glibc's struct link_map (link.h).</summary>
    private struct LinkMap
    {
#pragma warning disable CS0649 // filled by the loader
        public nint Address;
        public nint Name;
#pragma warning restore CS0649
    }
}
