using System.Text.Json.Serialization;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Inference.Provenance;

/// <summary>A base model as provenance names it.</summary>
/// <param name="Name">The folder's own name.</param>
/// <param name="Sha256">
/// SHA-256 of its weights, as <c>sha256sum *.safetensors | sha256sum</c> in its folder gives it; null where they were not hashed.
/// </param>
/// <param name="Licence">
/// Its licence: what the front matter of its <c>README.md</c> or its <c>LICENSE</c> says, or that of the published model with its sizes;
/// null where it is not stated.
/// </param>
public sealed record BaseProvenance(string Name, string? Sha256, string? Licence)
{
    /// <summary>Whether the licence allows research alone: it says research, or non-commercial.</summary>
    [JsonIgnore]
    public bool IsResearchOnly => LicenceFinder.IsResearchOnly(Licence);

    /// <summary>What a checkpoint folder says of itself; its weights are not hashed.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InvalidDataException">Its config.json is faulty.</exception>
    public static BaseProvenance OfFolder(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        bool isCheckpoint = InputFile.Exists(Path.Combine(folder, CheckpointFileNames.Configuration)); // an adapter has no sizes
        string? licence = LicenceFinder.Stated(folder)
            ?? (isCheckpoint ? LicenceFinder.ByShape(ModelConfiguration.Load(CheckpointSource.FromFolder(folder))) : null);
        return new BaseProvenance(name, Sha256: null, licence);
    }

    /// <summary>The sentence that is said once where the licence allows research alone; null where it does not.</summary>
    internal string? Notice => IsResearchOnly
        ? $"base model [{Name}] is under the licence [{Licence}]: it, and what is trained from it, is for research only"
        : null;
}
