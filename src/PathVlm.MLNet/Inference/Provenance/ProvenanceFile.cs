using System.Text.Json;
using PathVlm.MLNet.Persistence;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Inference.Provenance;

/// <summary>The provenance beside the weights of an exported folder; other programs pass over the file.</summary>
internal static class ProvenanceFile
{
    /// <summary>Name of the file.</summary>
    public const string Name = "pathvlm_provenance.json";

    private const long LargestFile = 1 << 20;

    /// <summary>The file's content.</summary>
    public static byte[] Write(ModelProvenance provenance) => JsonSerializer.SerializeToUtf8Bytes(provenance, PersistedJson.Options);

    /// <summary>The provenance in a folder; null where it has none.</summary>
    /// <exception cref="InvalidDataException">The file is faulty.</exception>
    public static ModelProvenance? Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<ModelProvenance>(InputFile.ReadBytes(path, LargestFile), PersistedJson.Options)
                ?? throw new InvalidDataException($"{path}: expected an object, got null.");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException(MessageLine.Of(path, fault.Message), fault);
        }
    }
}
