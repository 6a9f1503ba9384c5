using System.Text.Json;
using PathVlm.MLNet.Persistence;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>
/// A policy's settings beside its weights in an exported folder, so that the folder answers as the policy did: prompt template, limits,
/// decoding. Other programs pass over the file.
/// </summary>
internal static class PolicySettingsFile
{
    /// <summary>Name of the file.</summary>
    public const string Name = "pathvlm_policy.json";

    /// <summary>The file's content.</summary>
    public static byte[] Write(PolicySettings settings) => JsonSerializer.SerializeToUtf8Bytes(settings, PersistedJson.Options);

    /// <summary>The settings of a folder; null where it has none.</summary>
    /// <exception cref="InvalidDataException">The file is no such settings, or out of range.</exception>
    public static PolicySettings? Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path)) return null;
        try
        {
            PolicySettings settings = JsonSerializer.Deserialize<PolicySettings>(
                InputFile.ReadBytes(path, 16 << 20), PersistedJson.Options)
                ?? throw new InvalidDataException($"{path}: expected an object, got null.");
            settings.Validate();
            return settings;
        }
        catch (Exception fault) when (fault is JsonException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException($"{path}: {fault.Message}", fault);
        }
    }
}
