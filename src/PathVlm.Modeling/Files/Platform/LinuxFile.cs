using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PathVlm.Modeling.Files.Platform;

/// <summary>
/// Opens files on Linux without waiting for them: .NET neither tells a pipe from a file before it is open, nor opens one without
/// waiting for a writer.
/// </summary>
internal static partial class LinuxFile
{
    private const int CurrentFolder = -100, EmptyPath = 0x1000, TypeAndSize = 0x201;
    private const int Nonblocking = 0x800, CloseOnExecute = 0x80000, NoTerminal = 0x100;
    private const int NoEntry = 2, Interrupted = 4, NoAccess = 13, NotAFolder = 20, Invalid = 22, Loop = 40, NotSupported = 95;

    /// <summary>The kind and length of what a path leads to.</summary>
    /// <exception cref="UnauthorizedAccessException">A folder on the way may not be searched.</exception>
    /// <exception cref="IOException">Links lead in a circle, or the file system fails.</exception>
    public static (FileKind Kind, long Length) Look(string path)
    {
        if (GetStatus(CurrentFolder, path, 0, TypeAndSize, out Status status) == 0) return (KindOf(status), (long)status.Size);
        int error = Marshal.GetLastPInvokeError();
        return error is NoEntry or NotAFolder ? (FileKind.Missing, 0) : throw Fault(path, error);
    }

    /// <summary>Opens a file for reading; never waits for the other end of a pipe.</summary>
    /// <exception cref="FileNotFoundException">There is nothing at the path any more.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="IOException">The file system fails.</exception>
    public static (SafeFileHandle Handle, FileKind Kind, long Length) Open(string path)
    {
        int descriptor;
        int error = 0;
        do
        {
            descriptor = OpenPath(path, Nonblocking | CloseOnExecute | NoTerminal);
            if (descriptor < 0) error = Marshal.GetLastPInvokeError();
        }
        while (descriptor < 0 && error == Interrupted);

        if (descriptor < 0)
            throw error is NoEntry or NotAFolder ? new FileNotFoundException($"{path}: not found.", path) : Fault(path, error);
        SafeFileHandle handle = new(descriptor, ownsHandle: true);
        if (GetStatus(descriptor, "", EmptyPath, TypeAndSize, out Status status) == 0) return (handle, KindOf(status), (long)status.Size);
        error = Marshal.GetLastPInvokeError();
        handle.Dispose();
        throw Fault(path, error);
    }

    /// <summary>Has the names in a folder written to the disk, as after a rename.</summary>
    /// <exception cref="IOException">The file system fails.</exception>
    public static void FlushFolder(string folder)
    {
        int descriptor = OpenPath(folder, CloseOnExecute);
        if (descriptor < 0) throw Fault(folder, Marshal.GetLastPInvokeError());
        using SafeFileHandle handle = new(descriptor, ownsHandle: true);
        // Some network file systems cannot flush a folder, and say so.
        if (Synchronize(descriptor) == 0) return;
        int error = Marshal.GetLastPInvokeError();
        if (error is not (Invalid or NotSupported)) throw Fault(folder, error);
    }

    private static Exception Fault(string path, int error) => error switch
    {
        NoAccess => new UnauthorizedAccessException($"{path}: access denied."),
        Loop => new IOException($"{path}: its links lead in a circle."),
        _ => new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(error)}."),
    };

    private static FileKind KindOf(in Status status) => (status.Mode & 0xF000) switch
    {
        0x8000 => FileKind.Regular,
        0x4000 => FileKind.Folder,
        0x1000 => FileKind.Pipe,
        0xC000 => FileKind.Socket,
        _ => FileKind.Device,
    };

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatus(int folder, string path, int flags, uint mask, out Status status);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenPath(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(int descriptor);

    /// <summary>The parts of the kernel's <c>struct statx</c> that are read; its layout is the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(40)]
        public ulong Size;
    }
}
