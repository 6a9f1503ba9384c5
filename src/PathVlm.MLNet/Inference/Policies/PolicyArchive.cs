using System.Collections.Immutable;
using System.Text.Json.Serialization;
using PathVlm.MLNet.Inference.Bases;
using PathVlm.MLNet.Inference.Provenance;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Persistence.Weights;
using PathVlm.Modeling;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>
/// A policy in a zip: <c>Policy.json</c> (settings, type of the weights, checkpoint files), the files, and the weights
/// (<see cref="WeightsArchive"/>), or an adapter's and the checkpoint that it is for. What a stage before it has stored with equal content
/// is not stored again.
/// </summary>
internal static class PolicyArchive
{
    private const string PolicyEntry = "Policy.json";

    public static void Write(ModelWriter writer, PathologyPolicy policy, WeightsStorage storage)
    {
        StoredFile[] files =
            [.. policy.Files.Names.Select(name => new StoredFile(name, EntryReference.Write(writer, name, policy.Files.Read(name))))];
        ScalarType? type = policy.HasWeights || policy.Absence is null ? policy.Model.Type : null;
        StoredAdapter? adapter = type is not null && policy.Model.Adapter is { } own ? StoredAdapter.Of(own, policy.Base) : null;
        writer.WriteJson(PolicyEntry, new StoredPolicy(policy.Settings, type, policy.Absence, files)
        {
            Adapter = adapter,
            TrainedPictures = Bases.TrainedPictures.Write(writer, policy.TrainedPictures),
            Provenance = policy.HashedProvenance(),
        });
        if (type is not null) WeightsArchive.Write(writer, AdapterArchive.Tensors(policy.Model, policy.Base), storage);
    }

    /// <exception cref="InvalidDataException">An entry is missing or damaged.</exception>
    public static PathologyPolicy Read(ModelReader reader)
    {
        StoredPolicy stored = reader.ReadJson<StoredPolicy>(PolicyEntry);
        string where = reader.Name(PolicyEntry);
        Check(stored, where);
        CheckpointSource files = ReadFiles(stored.Files, reader, where);
        ModelConfiguration configuration = ModelConfiguration.Load(files);
        ImmutableSortedSet<string> trained = Bases.TrainedPictures.Read(reader, stored.TrainedPictures);
        ModelProvenance provenance = stored.Provenance ?? ModelProvenance.Unknown;
        if (stored.WeightsType is null)
            return new PathologyPolicy(files, stored.Settings, stored.Absence!) { TrainedPictures = trained, Provenance = provenance };
        if (stored.Adapter is { } adapter)
        {
            return new PathologyPolicy(
                AdapterArchive.Read(reader, configuration, adapter, stored.WeightsType.Value, where), files, stored.Settings)
            {
                Base = adapter.Base,
                TrainedPictures = trained,
                Provenance = provenance,
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
            return new PathologyPolicy(model!, files, stored.Settings) { TrainedPictures = trained, Provenance = provenance };
        }
        catch
        {
            model?.Dispose();
            throw;
        }
    }

    private static CheckpointSource ReadFiles(IReadOnlyList<StoredFile> stored, ModelReader reader, string where)
    {
        Dictionary<string, byte[]> contents = new(StringComparer.Ordinal);
        foreach (StoredFile file in stored)
        {
            if (!contents.TryAdd(file.Name, file.Content.Read(reader)))
                throw new InvalidDataException($"{where}: expected each file once, got [{file.Name}] twice.");
        }
        return CheckpointSource.FromMemory(where, contents);
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
        if (stored.Settings.MaxPromptLength < 1)
            throw new InvalidDataException($"{where}: MaxPromptLength: expected 1 or more, got {stored.Settings.MaxPromptLength}.");
        if (stored.WeightsType is null == stored.Absence is null)
            throw new InvalidDataException(
                $"{where}: expected either WeightsType or Absence, got {(stored.Absence is null ? "neither" : "both")}.");
        if (stored.WeightsType is not (null or ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16 or ScalarType.Float64))
            throw new InvalidDataException(
                $"{where}: WeightsType: expected Float32, BFloat16, Float16 or Float64, got {stored.WeightsType}.");
    }

    private sealed record StoredPolicy(PolicySettings Settings, ScalarType? WeightsType, string? Absence, IReadOnlyList<StoredFile> Files)
    {
        /// <summary>The adapter; null where the weights themselves are stored.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public StoredAdapter? Adapter { get; init; }

        /// <summary>The pictures that the weights were trained on; null where none are known.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public EntryReference? TrainedPictures { get; init; }

        /// <summary>Where the weights come from; null in zips of earlier versions.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public ModelProvenance? Provenance { get; init; }
    }

    private sealed record StoredFile(string Name, EntryReference Content);
}
