using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Persistence.Weights;
using PathVlm.Modeling;
using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Configuration;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Inference.Bases;

/// <summary>How a zip holds an adapter: rank, scale and targets, and the base; the tensors are among the weights.</summary>
/// <param name="Rank">Rank.</param>
/// <param name="Alpha">Numerator of the scale.</param>
/// <param name="UseRsLora">Whether the scale is alpha / sqrt(rank).</param>
/// <param name="TargetModules">Names of targets; null for all, or where a pattern decides.</param>
/// <param name="TargetPattern">Pattern of targets; null where names decide.</param>
/// <param name="Base">The checkpoint that the adapter is for; null: its weights are in the zip.</param>
internal sealed record StoredAdapter(
    int Rank, double Alpha, bool UseRsLora, IReadOnlyList<string>? TargetModules, string? TargetPattern, BaseReference? Base)
{
    /// <summary>An adapter as it is stored.</summary>
    public static StoredAdapter Of(LoraAdapter adapter, BaseReference? reference)
    {
        LoraOptions options = adapter.Options;
        return new StoredAdapter(options.Rank, options.Alpha, options.UseRsLora, options.TargetModules, options.TargetPattern, reference);
    }

    /// <summary>An adapter of zeros to be filled.</summary>
    /// <exception cref="InvalidDataException">The settings are out of range, or fit no layer of the model.</exception>
    public LoraAdapter Create(ModelConfiguration configuration, ScalarType type, string where)
    {
        LoraOptions options = new()
        {
            Rank = Rank, Alpha = Alpha, UseRsLora = UseRsLora, TargetModules = TargetModules, TargetPattern = TargetPattern,
        };
        try
        {
            return LoraAdapter.Create(configuration, options, seed: 0, type);
        }
        catch (ArgumentException fault)
        {
            throw new InvalidDataException($"{where}: Adapter: {fault.Message}", fault);
        }
    }
}

/// <summary>
/// Writes and reads models with an adapter. The base is named by path and hash, or lies in the zip where it came from no folder.
/// </summary>
internal static class AdapterArchive
{
    /// <summary>The tensors that a zip holds of a model.</summary>
    public static IReadOnlyDictionary<string, Tensor> Tensors(Qwen25VlModel model, BaseReference? reference) =>
        model.Adapter is null ? model.CheckpointTensors : Tensors(model, model.Adapter, reference);

    /// <summary>Reads a model with an adapter; components of one zip with the same base share its weights.</summary>
    /// <exception cref="InvalidDataException">The base is missing or another one, or the tensors are not those of the adapter.</exception>
    public static Qwen25VlModel Read(
        ModelReader reader, ModelConfiguration configuration, StoredAdapter stored, ScalarType type, string where)
    {
        using Qwen25VlModel plain = Base(reader, configuration, stored, type, where);
        LoraAdapter adapter = stored.Create(configuration, type, where);
        try
        {
            Dictionary<string, Tensor> tensors = Tensors(plain, adapter, stored.Base);
            TensorSpecification[] table = [.. tensors.Select(pair => new TensorSpecification(pair.Key, pair.Value.shape))];
            WeightsArchive.Read(reader, table, key => tensors[key].dtype, () => tensors);
            adapter.ValuesChanged();
            Qwen25VlModel model = plain.WithAdapter(adapter);
            if (stored.Base is { } reference) reader.Shared<LoadedBases>().Models[reference.Sha256] = model;
            return model;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    private static Dictionary<string, Tensor> Tensors(Qwen25VlModel plain, LoraAdapter adapter, BaseReference? reference)
    {
        IEnumerable<KeyValuePair<string, Tensor>> own = adapter.Published;
        return (reference is null ? plain.CheckpointTensors.Concat(own) : own)
            .ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
    }

    private static Qwen25VlModel Base(
        ModelReader reader, ModelConfiguration configuration, StoredAdapter stored, ScalarType type, string where)
    {
        if (stored.Base is not { } reference) return Qwen25VlModel.Create(configuration, new ModelLoadOptions { Type = type });
        if (reader.Shared<LoadedBases>().Models.TryGetValue(reference.Sha256, out Qwen25VlModel? loaded)
            && loaded.Type == type && !loaded.Parameters.Values.IsInvalid) return loaded.WithAdapter(null);
        string folder = BaseFinder.Find(reference, reader.ZipPath, where);
        return Qwen25VlModel.Load(folder, new ModelLoadOptions { Type = type, AllowNonFinite = NonFiniteChoice.IsAllowed });
    }

    // Models that were read from this zip so far, by the hash of their base; they live while the zip is read.
    private sealed class LoadedBases
    {
        public Dictionary<string, Qwen25VlModel> Models { get; } = new(StringComparer.Ordinal);
    }
}
