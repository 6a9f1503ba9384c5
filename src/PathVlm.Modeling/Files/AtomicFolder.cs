using PathVlm.Modeling.Files.Platform;

namespace PathVlm.Modeling.Files;

/// <summary>Writes folders that appear whole or not at all, by filling one beside the target and renaming that.</summary>
internal static class AtomicFolder
{
    /// <summary>Makes <paramref name="folder"/> with what <paramref name="fill"/> writes to the path it is given.</summary>
    /// <param name="folder">Folder to make; its parent is made too. An empty folder is replaced.</param>
    /// <param name="replaced">
    /// A file that marks a folder that may be replaced; null: a folder that holds something is never replaced.
    /// </param>
    /// <param name="fill">Writes the files.</param>
    /// <exception cref="IOException">The folder holds something and may not be replaced, or cannot be written.</exception>
    public static void Write(string folder, string? replaced, Action<string> fill)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string parent = Path.GetDirectoryName(target)
            ?? throw new IOException($"The folder [{folder}] is a root, which can't be replaced.");
        CheckTarget(target, replaced);
        string hidden = Path.Combine(parent, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}");
        (string making, string old) = (hidden + ".partial", hidden + ".old");
        try
        {
            Directory.CreateDirectory(making);
            fill(making);
            FlushFiles(making);
            Swap(making, target, old);
            AtomicFile.FlushFolderOf(target);
        }
        catch (Exception fault)
        {
            IOException? full = FullDisk.Find(fault);
            if (Directory.Exists(making))
                Directory.Delete(making, recursive: true);
            if (full is not null) throw full;
            throw;
        }

        if (Directory.Exists(old))
            Directory.Delete(old, recursive: true);
    }

    /// <summary>Has every file in a folder, and their names, written to the disk.</summary>
    private static void FlushFiles(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite);
            file.Flush(flushToDisk: true);
        }

        if (OperatingSystem.IsLinux()) LinuxFile.FlushFolder(folder);
    }

    private static void CheckTarget(string target, string? replaced)
    {
        if (File.Exists(target))
            throw new IOException($"[{target}]: expected the path of a folder, got a file.");
        if (!Directory.Exists(target) || !Directory.EnumerateFileSystemEntries(target).Any())
            return;
        if (replaced is null)
            throw new IOException(
                $"The folder [{target}] exists and isn't empty; choose another or ask for it to be replaced (Overwrite).");
        if (!File.Exists(Path.Combine(target, replaced)))
            throw new IOException($"The folder [{target}] holds no {replaced}: only a checkpoint is replaced.");
    }

    private static void Swap(string making, string target, string old)
    {
        if (!Directory.Exists(target))
        {
            Directory.Move(making, target);
            return;
        }

        Directory.Move(target, old);
        try
        {
            Directory.Move(making, target);
        }
        catch
        {
            Directory.Move(old, target);
            throw;
        }
    }
}
