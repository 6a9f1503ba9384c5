using System.Runtime.InteropServices;

namespace PathVlm.Testing;

/// <summary>Makes files that are no regular files.</summary>
public static partial class SpecialFile
{
    private const uint OwnerOnly = 0x180;

    /// <summary>Makes a named pipe; opening it would wait for ever, since nobody opens its other end.</summary>
    public static string MakePipe(string path) => MakeFifo(path, OwnerOnly) == 0
        ? path
        : throw new InvalidOperationException($"mkfifo: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
