using System.Text.Json.Serialization;
using PathVlm.MLNet.Inference.Bases;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Persistence.Weights;
using PathVlm.Modeling;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Configuration;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>
/// A policy in a zip: <c>Policy.json</c> (settings, type of the weights, checkpoint files), the files, and the weights
/// (<see cref="WeightsArchive"/>), or an adapter's and the checkpoint that it is for. What a stage before it has stored with equal content is not stored again.
/// </summary>
internal static class PolicyArchive
{
    private const string PolicyEntry = "Policy.json";

    public static void Write(ModelWriter writer, PathologyPolicy policy, WeightsStorage storage)
    {
        StoredFile[] files = [.. policy.Files.Files.Select(file => new StoredFile(file.Key, EntryReference.Write(writer, file.Key, file.Value)))];
        ScalarType? type = policy.HasWeights || policy.Absence is null ? policy.Model.Type : null;
        StoredAdapter? adapter = type is not null && policy.Model.Adapter is { } own ? StoredAdapter.Of(own, policy.Base) : null;
        writer.WriteJson(PolicyEntry, new StoredPolicy(policy.Settings, type, policy.Absence, files) { Adapter = adapter });
        if (type is not null) WeightsArchive.Write(writer, AdapterArchive.Tensors(policy.Model, policy.Base), storage);
    }

    /// <exception cref="InvalidDataException">An entry is missing or damaged.</exception>
    public static PathologyPolicy Read(ModelReader reader)
    {
        StoredPolicy stored = reader.ReadJson<StoredPolicy>(PolicyEntry);
        string where = reader.Name(PolicyEntry);
        Check(stored, where);
        var files = new CheckpointTextFiles();
        foreach (StoredFile file in stored.Files) files.Add(file.Name, file.Content.Read(reader), where);
        ModelConfiguration configuration = files.InFolder(ModelConfiguration.Load);
        if (stored.WeightsType is null) return new PathologyPolicy(files, stored.Settings, stored.Absence!);
        if (stored.Adapter is { } adapter)
        {
            return new PathologyPolicy(AdapterArchive.Read(reader, configuration, adapter, stored.WeightsType.Value, where), files, stored.Settings)
            {
                Base = adapter.Base,
            };
        }

        Qwen25VlModel? model = null;
        try
        {
            WeightsArchive.Read(reader, CheckpointTable.Of(configuration), stored.WeightsType.Value, () =>
            {
                model = Qwen25VlModel.Create(configuration, new ModelLoadOptions { Type = stored.WeightsType.Value });
                return model.CheckpointTensors;
            });
            return new PathologyPolicy(model!, files, stored.Settings);
        }
        catch
        {
            model?.Dispose();
            throw;
        }
    }

    private static void Check(StoredPolicy stored, string where)
    {
        try
        {
            stored.Settings.Template.Validate();
            stored.Settings.Decoding.Validate();
        }
        catch (ArgumentOutOfRangeException fault)
        {
            throw new InvalidDataException($"{where}: {fault.Message}", fault);
        }
        if (stored.Settings.MaxPromptLength < 1) throw new InvalidDataException($"{where}: MaxPromptLength: got {stored.Settings.MaxPromptLength}, takes 1 or more.");
        if (stored.WeightsType is null == stored.Absence is null)
            throw new InvalidDataException($"{where}: takes either WeightsType or Absence, got {(stored.Absence is null ? "neither" : "both")}.");
        if (stored.WeightsType is not (null or ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16 or ScalarType.Float64))
            throw new InvalidDataException($"{where}: WeightsType: got {stored.WeightsType}, takes Float32, BFloat16, Float16 or Float64.");
    }

    private sealed record StoredPolicy(PolicySettings Settings, ScalarType? WeightsType, string? Absence, IReadOnlyList<StoredFile> Files)
    {
        /// <summary>The adapter; null where the weights themselves are stored.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public StoredAdapter? Adapter { get; init; }
    }

    private sealed record StoredFile(string Name, EntryReference Content);
}
