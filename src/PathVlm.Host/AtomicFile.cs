namespace PathVlm.Host;

/// <summary>Files that stand whole or not at all, whenever the program ends.</summary>
internal static class AtomicFile
{
    /// <summary>What the name of a file that is being written ends with.</summary>
    internal const string Unfinished = ".unfinished";

    /// <summary>Writes a text.</summary>
    internal static void Write(string path, string text) => Write(path, unfinished => File.WriteAllText(unfinished, text));

    /// <summary>Has a file written under another name and then gives it its own.</summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <param name="write">Writes the file whose path it is given.</param>
    internal static void Write(string path, Action<string> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string unfinished = path + Unfinished;
        write(unfinished);
        using (FileStream file = new(unfinished, FileMode.Open, FileAccess.ReadWrite)) file.Flush(flushToDisk: true);
        File.Move(unfinished, path, overwrite: true);
    }
}
