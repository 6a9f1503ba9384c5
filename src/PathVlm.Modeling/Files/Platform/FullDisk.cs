namespace PathVlm.Modeling.Files.Platform;

/// <summary>Tells a full disk in one line, whichever library was writing.</summary>
public static class FullDisk
{
    /// <summary>The fault of a file that could not be written because the disk, or the user's share of it, is full.</summary>
    /// <param name="fault">An exception, or one that wraps it.</param>
    /// <returns>A fault that names file, bytes written and bytes free; null where the disk was not full.</returns>
    public static IOException? Find(Exception fault)
    {
        for (Exception? cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is IOException io && DiskSpace.IsFull(io))
                return DiskSpace.NamedIn(io) is { } path ? DiskSpace.Fault(path, path, io) : io;
        }

        return null;
    }

    /// <summary>
    /// Has a file written; where that fails, what was written of it is deleted, and a full disk is told with path and bytes.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes it.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Guard(string path, Action write) => Guard(path, path, write);

    /// <summary>The same for a file that is written under another name.</summary>
    internal static void Guard(string path, string written, Action write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            write();
        }
        catch (Exception fault)
        {
            IOException? full = fault is IOException io && DiskSpace.IsFull(io) ? DiskSpace.Fault(path, written, io) : Find(fault);
            File.Delete(written);
            if (full is not null) throw full;
            throw;
        }
    }
}
