using PathVlm.Modeling.Adapters;

namespace PathVlm.MLNet.Inference.Bases;

/// <summary>
/// Finds the checkpoint that an adapter is for: by its hash where a zip names it, by path or name where a PEFT folder does.
/// </summary>
internal static class BaseFinder
{
    /// <summary>The folder of the checkpoint that a zip names; it is there with the same content.</summary>
    /// <param name="reference">What the zip names.</param>
    /// <param name="zip">Path of the zip; null where it is not known.</param>
    /// <param name="where">How a message names the entry.</param>
    /// <exception cref="InvalidDataException">No place has it; the message names the places tried and what was found there.</exception>
    public static string Find(BaseReference reference, string? zip, string where)
    {
        List<string> found = [];
        foreach ((string place, string folder) in BasePlaces.Candidates(reference.Path, zip))
        {
            if (!Directory.Exists(folder)) continue;
            string? difference = Difference(reference, folder);
            if (difference is null) return Path.GetFullPath(folder);
            if (difference.Length > 0) found.Add($"[{folder}] ({place}): {difference}");
        }

        string others = found.Count == 0 ? "" : $"; other models were found: {string.Join("; ", found)}";
        throw new InvalidDataException(
            $"{where}: the base model of the adapter (SHA-256 {reference.Sha256}) is missing; "
            + $"tried {BasePlaces.InWords(reference.Path, zip)}{others}.");
    }

    /// <summary>The checkpoint folder that a PEFT folder names.</summary>
    /// <exception cref="InvalidDataException">The folder names none, or no place has it; the message names the places tried.</exception>
    public static string FindNamed(string adapterFolder)
    {
        string where = Path.Combine(adapterFolder, "adapter_config.json");
        string named = PeftFolder.BaseModelOf(adapterFolder)
            ?? throw new InvalidDataException(
                $"{where}: base_model_name_or_path: expected the checkpoint that the adapter is for, got none.");
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(named));
        foreach ((string place, string folder) in BasePlaces.Candidates(named, adapterFolder))
        {
            // Only the path and folders of that name: others are other models, and there is no hash to tell.
            bool isNamed = place == "the hub cache"
                ? folder.Contains(named.Replace("/", "--", StringComparison.Ordinal), StringComparison.Ordinal)
                : Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) == name || place is "the path it names"
                    || folder == Environment.GetEnvironmentVariable(BasePlaces.Variable);
            if (isNamed && File.Exists(Path.Combine(folder, "config.json"))) return Path.GetFullPath(folder);
        }

        throw new InvalidDataException($"{where}: the base model [{named}] is missing; tried {BasePlaces.InWords(named, adapterFolder)}.");
    }

    /// <summary>What makes a folder another model; empty where it is none at all, null where it is the one.</summary>
    private static string? Difference(BaseReference reference, string folder)
    {
        IReadOnlyList<BaseFile> files;
        try
        {
            files = BaseFiles.Sizes(folder);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException)
        {
            return File.Exists(Path.Combine(folder, "config.json")) ? fault.Message : "";
        }

        if (!files.SequenceEqual(reference.Files))
            return $"expected {Words(reference.Files)}, got {Words(files)}";
        string hash = BaseFiles.Hash(folder, files);
        return hash == reference.Sha256 ? null : $"expected SHA-256 {reference.Sha256}, got {hash}";
    }

    private static string Words(IReadOnlyList<BaseFile> files) =>
        $"{files.Count} weight file(s) of {files.Sum(file => file.Bytes):N0} bytes";
}
