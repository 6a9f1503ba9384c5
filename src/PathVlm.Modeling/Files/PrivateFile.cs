namespace PathVlm.Modeling.Files;

/// <summary>
/// Files that hold texts of a data set, answers or paths: readable and writable by their owner alone (mode 0600), also where an earlier
/// version made them readable by others.
/// </summary>
public static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Opens a file for writing.</summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <param name="mode">How it is opened; default: created, or emptied.</param>
    /// <returns>The open file; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">There is something at the path that is no regular file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static FileStream Open(string path, FileMode mode = FileMode.Create)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        if (File.Exists(path)) InputFile.Open(path).Dispose(); // opening a pipe for writing would wait for its reader
        FileStreamOptions options = new()
        {
            Mode = mode,
            Access = mode == FileMode.OpenOrCreate ? FileAccess.ReadWrite : FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = 0, // what a full disk did not take must not be tried again when the file is closed
        };
        if (!OperatingSystem.IsWindows() && mode is not (FileMode.Open or FileMode.Truncate)) options.UnixCreateMode = OwnerOnly;
        FileStream file = new(path, options);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file.SafeFileHandle, OwnerOnly);
        return file;
    }

    /// <summary>
    /// Writes to a file that was opened; a full disk is told with the file's path and length, and nothing of the bytes stays in the file.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="bytes">What is written at its position.</param>
    /// <param name="toDisk">Whether it is on the disk on return. Default false.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(FileStream file, ReadOnlySpan<byte> bytes, bool toDisk = false)
    {
        ArgumentNullException.ThrowIfNull(file);
        long before = file.Position;
        try
        {
            file.Write(bytes);
            file.Flush(toDisk);
        }
        catch (IOException fault) when (Platform.DiskSpace.IsFull(fault))
        {
            IOException full = Platform.DiskSpace.Fault(file.Name, file.Name, fault);
            file.SetLength(before);
            throw full;
        }
    }
}
