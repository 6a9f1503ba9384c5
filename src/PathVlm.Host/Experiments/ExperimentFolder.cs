namespace PathVlm.Host.Experiments;

/// <summary>The door of an output folder: nothing of anybody's is written over.</summary>
internal static class ExperimentFolder
{
    private const string DataFolder = "data";

    /// <summary>Makes the folder, or finds it fit to be gone on with.</summary>
    /// <exception cref="UserMistakeException">It holds something and is not to be resumed, or holds what is no experiment's.</exception>
    internal static void Open(string folder, bool resume)
    {
        if (File.Exists(folder)) throw new UserMistakeException($"--output: got [{folder}], which is a file; takes a folder");
        string[] found = Directory.Exists(folder) ? [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Where(name => !name.EndsWith(AtomicFile.Unfinished, StringComparison.Ordinal))] : [];
        if (found.Length > 0 && !resume)
            throw new UserMistakeException($"--output: [{folder}] is not empty; takes an empty folder, or --resume to go on with the experiment in it");
        // A run that was ended while it drew the embedded set left only that, or in its first write that write's beginning.
        if (found.Any(name => name != DataFolder) && !found.Contains(ExperimentSettings.FileName))
            throw new UserMistakeException($"--resume: [{folder}] holds no {ExperimentSettings.FileName}, so no experiment was begun in it; takes its folder, or an empty one");
        Directory.CreateDirectory(folder);
    }
}
