using PathVlm.Experiments.Plans;
using PathVlm.Modeling.Files;

namespace PathVlm.Experiments.Runs;

/// <summary>The output folder of an experiment; nothing that another program wrote is overwritten.</summary>
/// <param name="path">The folder.</param>
internal sealed class ExperimentFolder(string path)
{
    /// <summary>A folder in it that the caller may write rows to before the experiment begins.</summary>
    internal const string Data = "data";

    /// <summary>The folder of external models.</summary>
    internal const string External = "external";

    /// <summary>The file with the experiment's settings; a folder with it is an experiment's.</summary>
    internal const string SettingsName = "experiment.json";

    /// <summary>The record of reviews.</summary>
    internal const string ReviewsName = "reviews.jsonl";

    /// <summary>The folder.</summary>
    internal string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>Its settings file.</summary>
    internal string SettingsFile => FileOf(SettingsName);

    /// <summary>A file in it.</summary>
    internal string FileOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>The folder of a base's own answers, or of its variants with a seed.</summary>
    internal string FolderOf(NamedPath baseModel, long? seed = null) =>
        seed is null ? FileOf(baseModel.Name) : System.IO.Path.Combine(FileOf(baseModel.Name), FormattableString.Invariant($"seed-{seed}"));

    /// <summary>The folder of an external model's answers.</summary>
    internal string FolderOf(ExternalEndpoint endpoint) => System.IO.Path.Combine(FileOf(External), endpoint.Name);

    /// <summary>Checks that an experiment may be written into the folder.</summary>
    /// <param name="resume">Whether finished stages and evaluations in it are kept.</param>
    /// <param name="allowsData">Whether <see cref="Data"/> may exist in a new experiment's folder.</param>
    /// <exception cref="IOException">It is a file, is not empty and is not to be resumed, or is not an experiment's.</exception>
    internal void Check(bool resume, bool allowsData)
    {
        if (File.Exists(Path)) throw new IOException($"output: expected a folder, got the file [{Path}]");
        string[] found = Directory.Exists(Path)
            ?
            [
                .. Directory.EnumerateFileSystemEntries(Path).Select(entry => System.IO.Path.GetFileName(entry))
                    .Where(name => !name.EndsWith(AtomicFile.Unfinished, StringComparison.Ordinal) && name != RunLock.FileName),
            ]
            : [];
        // A run that was ended while it wrote the embedded set left only that, or the beginning of its first write.
        bool isForeign = found.Any(name => name != Data) && !found.Contains(SettingsName);
        if (!resume && found.Any(name => !(allowsData && name == Data)))
            throw new IOException($"output: [{Path}] is not empty; expected an empty folder, or --resume to continue the experiment in it");
        if (isForeign)
            throw new IOException(
                $"resume: [{Path}] holds no {SettingsName}, so it is not the folder of an experiment; expected one, or an empty folder");
    }
}
