using PathVlm.Modeling.Files.Platform;

namespace PathVlm.Modeling.Files;

/// <summary>Writes files that appear whole or not at all, whenever the program ends.</summary>
public static class AtomicFile
{
    /// <summary>What is added to the name of a file while it is being written.</summary>
    public const string Unfinished = ".unfinished";

    /// <summary>
    /// Writes a text in UTF-8 without a byte order mark, for its owner alone (mode 0600); replaces a file that exists.
    /// </summary>
    /// <param name="path">Path of the file; its folder is made.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="IOException">The file cannot be written; the one before is as it was.</exception>
    public static void Write(string path, string text) => Write(path, unfinished =>
    {
        using FileStream file = PrivateFile.Open(unfinished);
        file.Write(System.Text.Encoding.UTF8.GetBytes(text));
    });

    /// <summary>
    /// Has a file written under another name, flushes it to the disk and renames it; replaces a file that exists. A file that could not be
    /// written whole is deleted.
    /// </summary>
    /// <param name="path">Path of the file; its folder is made.</param>
    /// <param name="write">Writes the file at the path it is given.</param>
    /// <exception cref="IOException">
    /// The file cannot be written; the one before is as it was. Where the disk is full the message says how much was written.
    /// </exception>
    public static void Write(string path, Action<string> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder);
        string unfinished = path + Unfinished;
        FullDisk.Guard(path, unfinished, () =>
        {
            write(unfinished);
            using (FileStream file = new(unfinished, FileMode.Open, FileAccess.ReadWrite))
                file.Flush(flushToDisk: true);
            File.Move(unfinished, path, overwrite: true);
            FlushFolderOf(path);
        });
    }

    /// <summary>
    /// Has the name of a file or folder that was renamed written to the disk; without it a crash may bring back the old one.
    /// </summary>
    internal static void FlushFolderOf(string path)
    {
        if (OperatingSystem.IsLinux()) LinuxFile.FlushFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }
}
