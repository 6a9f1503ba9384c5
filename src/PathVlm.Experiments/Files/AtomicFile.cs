namespace PathVlm.Experiments.Files;

/// <summary>Writes files whole or not at all, whenever the process ends.</summary>
internal static class AtomicFile
{
    /// <summary>The end of the name of a file that is being written.</summary>
    internal const string Unfinished = ".unfinished";

    /// <summary>Writes a text.</summary>
    internal static void Write(string path, string text) => Write(path, unfinished => File.WriteAllText(unfinished, text));

    /// <summary>Writes a file under another name, flushes it to disk, then renames it.</summary>
    /// <param name="path">The file; its folder is created.</param>
    /// <param name="write">Writes the file at the path that it is given.</param>
    internal static void Write(string path, Action<string> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        string unfinished = path + Unfinished;
        write(unfinished);
        using (FileStream file = new(unfinished, FileMode.Open, FileAccess.ReadWrite)) file.Flush(flushToDisk: true);
        File.Move(unfinished, path, overwrite: true);
    }
}
