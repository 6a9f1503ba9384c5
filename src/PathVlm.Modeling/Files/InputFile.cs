using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using PathVlm.Modeling.Files.Platform;

namespace PathVlm.Modeling.Files;

/// <summary>
/// The one door by which files are opened for reading. It opens regular files alone: links are followed and judged by their target, and a
/// pipe, a device, a socket or a folder is refused without being opened. The file's real length is compared with a limit before a
/// byte is read. Safe for use by several threads at once.
/// </summary>
/// <remarks>
/// On Linux the kind of a file is known before it is opened, and again afterwards, so that nothing waits for the other end of a pipe.
/// Elsewhere .NET tells folders and devices, but a pipe only once it is open.
/// </remarks>
public static class InputFile
{
    private const int HashedPiece = 1 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Whether there is a regular file at a path, links followed.</summary>
    /// <param name="path">The path.</param>
    public static bool Exists(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return KindOf(path) == FileKind.Regular;
    }

    /// <summary>The length of a regular file in bytes, links followed.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no regular file.</exception>
    public static long LengthOf(string path)
    {
        using SafeFileHandle handle = Open(path);
        return RandomAccess.GetLength(handle);
    }

    /// <summary>Opens a regular file for reading.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="limit">Most bytes that it may have; default: no limit.</param>
    /// <returns>The open file; the caller disposes it.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no regular file, or has more bytes than <paramref name="limit"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    /// <exception cref="IOException">The file system fails.</exception>
    /// <exception cref="OperationCanceledException">The token of <see cref="FileWait.CancelWith"/> was cancelled meanwhile.</exception>
    public static SafeFileHandle Open(string path, long limit = long.MaxValue)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return FileWait.Run(() => OpenNow(path, limit), handle => handle.Dispose());
    }

    /// <summary>Opens a regular file as a stream.</summary>
    /// <inheritdoc cref="Open"/>
    public static FileStream OpenStream(string path, long limit = long.MaxValue) => new(Open(path, limit), FileAccess.Read);

    /// <summary>SHA-256 of a regular file, as <c>sha256sum</c> prints it.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>The hash in lower-case hexadecimal digits.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no regular file.</exception>
    /// <exception cref="OperationCanceledException">The token of <see cref="FileWait.CancelWith"/> was cancelled meanwhile.</exception>
    public static string Sha256(string path)
    {
        using FileStream stream = OpenStream(path);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] piece = new byte[HashedPiece];
        while (stream.Read(piece) is int read and > 0)
        {
            FileWait.ThrowIfCancelled();
            hash.AppendData(piece, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Reads a whole regular file.</summary>
    /// <inheritdoc cref="Open"/>
    /// <returns>Its bytes.</returns>
    public static byte[] ReadBytes(string path, long limit)
    {
        using SafeFileHandle handle = Open(path, Math.Min(limit, Array.MaxLength));
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)RandomAccess.GetLength(handle));
        int done = 0;
        while (done < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(done), done) is int read and > 0) done += read;
        return done == bytes.Length ? bytes : bytes[..done];
    }

    /// <summary>Reads a whole text file in UTF-8; a byte order mark at its start is not part of the text.</summary>
    /// <inheritdoc cref="Open"/>
    /// <returns>Its text.</returns>
    /// <exception cref="InvalidDataException">As for <see cref="Open"/>, or it is not UTF-8.</exception>
    public static string ReadText(string path, long limit)
    {
        using StreamReader reader = new(new MemoryStream(ReadBytes(path, limit), writable: false), StrictUtf8);
        return Decoded(path, reader.ReadToEnd);
    }

    /// <summary>Reads the lines of a text file in UTF-8, one at a time.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="limit">Most bytes that it may have.</param>
    /// <param name="longestLine">Most characters of a line.</param>
    /// <returns>The lines, without their ends.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// It is no regular file, has too many bytes, is not UTF-8, or has a line that is too long.
    /// </exception>
    public static IEnumerable<string> ReadLines(string path, long limit = long.MaxValue, int longestLine = 64 << 20)
    {
        using StreamReader reader = new(OpenStream(path, limit), StrictUtf8);
        BoundedLines lines = new(path, reader, longestLine);
        while (Decoded(path, lines.Next) is { } line) yield return line;
    }

    /// <summary>
    /// The path of a file that another file names, such as a shard. It has to lie inside the folder by the file system, not by its text
    /// alone: folders on the way that are links and lead out are refused; a last link is judged by its target, as
    /// <see cref="Open"/> does, since download caches keep their files elsewhere and link to them.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="relative">The path as the other file states it.</param>
    /// <returns>The full path; the file need not exist.</returns>
    /// <exception cref="InvalidDataException">The path is absolute, empty, or leads out of the folder.</exception>
    public static string Inside(string folder, string relative)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(relative);
        string[] parts = relative.Split('/');
        bool isPlain = !Path.IsPathRooted(relative) && relative.AsSpan().IndexOfAny("\\:") < 0 && !relative.Any(char.IsControl)
            && parts.All(part => part is not ("" or "." or ".."));
        if (!isPlain) throw Leaving(folder, relative);
        string root = RealFolder(Path.GetFullPath(folder));
        string parent = RealFolder(Path.Combine([root, .. parts[..^1]]));
        string below = Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar;
        if (parent != root && !parent.StartsWith(below, StringComparison.Ordinal))
            throw Leaving(folder, relative);
        return Path.Combine([Path.GetFullPath(folder), .. parts]);
    }

    /// <summary>What a path leads to.</summary>
    internal static FileKind KindOf(string path)
    {
        if (OperatingSystem.IsLinux()) return LinuxFile.Look(path).Kind;
        if (Directory.Exists(path)) return FileKind.Folder;
        return !File.Exists(path) ? FileKind.Missing
            : (File.GetAttributes(path) & FileAttributes.Device) != 0 ? FileKind.Device : FileKind.Regular;
    }

    private static SafeFileHandle OpenNow(string path, long limit)
    {
        Require(path, KindOf(path));
        if (!OperatingSystem.IsLinux()) return Bounded(path, File.OpenHandle(path), limit);
        (SafeFileHandle handle, FileKind kind, _) = LinuxFile.Open(path);
        try
        {
            Require(path, kind);
        }
        catch
        {
            handle.Dispose();
            throw;
        }

        return Bounded(path, handle, limit);
    }

    private static SafeFileHandle Bounded(string path, SafeFileHandle handle, long limit)
    {
        long length = RandomAccess.GetLength(handle);
        if (length <= limit) return handle;
        handle.Dispose();
        throw new InvalidDataException($"{path}: expected at most {limit} bytes, got {length}.");
    }

    private static void Require(string path, FileKind kind)
    {
        if (kind == FileKind.Regular) return;
        if (kind == FileKind.Missing) throw new FileNotFoundException($"{path}: not found.", path);
        string found = kind switch
        {
            FileKind.Folder => "a folder",
            FileKind.Pipe => "a named pipe",
            FileKind.Socket => "a socket",
            _ => "a device",
        };
        throw new InvalidDataException($"{path}: expected a regular file, got {found}.");
    }

    private static T Decoded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DecoderFallbackException fault)
        {
            throw new InvalidDataException($"{path}: expected UTF-8 text.", fault);
        }
    }

    /// <summary>The folder with every link on its way followed.</summary>
    private static string RealFolder(string folder)
    {
        string path = Path.GetPathRoot(folder)!;
        int links = 0;
        Queue<string> parts = new(folder[path.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries));
        while (parts.TryDequeue(out string? part))
        {
            string next = Path.GetFullPath(Path.Combine(path, part));
            if (new DirectoryInfo(next).LinkTarget is not { } target)
            {
                path = next;
                continue;
            }

            if (++links > 40) throw new IOException($"{folder}: its links lead in a circle.");
            string full = Path.GetFullPath(target, path);
            string root = Path.GetPathRoot(full)!;
            parts = new([.. full[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries), .. parts]);
            path = root;
        }

        return path;
    }

    private static InvalidDataException Leaving(string folder, string relative) =>
        new(MessageLine.Of(folder, $"expected the path of a file inside this folder, got [{MessageLine.Value(relative)}]."));
}
