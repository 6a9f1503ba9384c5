namespace PathVlm.Modeling.Files.Platform;

/// <summary>Tells a full disk in one line: path, bytes written, bytes free.</summary>
internal static class DiskSpace
{
    private const string Sentence = ": the disk is full: ";
    private const int UnixFull = 28, WindowsFull = unchecked((int)0x80070070), QuotaOnUnix = 122;

    /// <summary>Whether the disk, or the user's share of it, is full.</summary>
    public static bool IsFull(IOException fault) => fault.HResult is UnixFull or WindowsFull or QuotaOnUnix;

    /// <summary>The fault of a file that could not be written whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="written">Where it was being written.</param>
    /// <param name="fault">What the system said.</param>
    public static IOException Fault(string path, string written, IOException fault)
    {
        if (fault.Message.Contains(Sentence, StringComparison.Ordinal)) return fault;
        // The system names the file that it could not write, which may be a temporary one on another disk.
        if (NamedIn(fault) is { } named && named != written) (path, written) = (named, named);
        long bytes = File.Exists(written) ? new FileInfo(written).Length : 0;
        return new IOException($"{path}{Sentence}{bytes} bytes were written, {Free(path)} are free.", fault) { HResult = fault.HResult };
    }

    /// <summary>The path between quotes in the system's message; null where it names none.</summary>
    public static string? NamedIn(IOException fault)
    {
        string[] parts = fault.Message.Split('\'');
        return parts.Length >= 3 && parts[1].Length > 0 ? parts[1] : null;
    }

    private static string Free(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(path))!).AvailableFreeSpace
                .ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception fault) when (fault is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return "an unknown number";
        }
    }
}
