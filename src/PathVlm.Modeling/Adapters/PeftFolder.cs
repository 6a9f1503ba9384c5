using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Adapters;

/// <summary>
/// Reads and writes adapter folders of PEFT: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>. Keys are read in both
/// spellings, <c>base_model.model.model.language_model.layers.0…</c> (current) and <c>base_model.model.model.layers.0…</c> (before), and
/// written in the first.
/// </summary>
internal static class PeftFolder
{
    /// <summary>Name of the weights in an adapter folder.</summary>
    public const string WeightsName = "adapter_model.safetensors";

    private const string Prefix = "base_model.model.";
    private const int MostFaults = 8;

    /// <summary>Whether a folder holds an adapter.</summary>
    public static bool IsAdapter(string folder) => File.Exists(Path.Combine(folder, PeftConfiguration.FileName));

    /// <summary>Reads an adapter.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="configuration">Settings of the model that it is for.</param>
    /// <param name="type">Type that the model computes with.</param>
    /// <param name="device">Device of the model; null is the CPU.</param>
    /// <param name="allowNonFinite">Whether values that are NaN or infinite are taken.</param>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// A setting is not supported, or the tensors are not those of the targets in this model: missing, unknown, misshapen, not a float's,
    /// or not finite. The message names them.
    /// </exception>
    public static LoraAdapter Load(
        string folder, ModelConfiguration configuration, ScalarType type = ScalarType.Float32, Device? device = null,
        bool allowNonFinite = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(configuration);
        PeftConfiguration settings = PeftConfiguration.Load(folder);
        IReadOnlyList<LoraTarget> targets = settings.Targets(configuration, folder);
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, WeightsName));
        Dictionary<string, string> stored = Stored(file, targets, settings.Rank);
        LoraAdapter adapter = new(configuration, OptionsOf(settings, targets, configuration), targets, type, device ?? CPU);
        try
        {
            (string Key, long Count)[] nonFinite =
                [.. adapter.Published.Select(pair => (stored[pair.Key], file.ReadCounting(stored[pair.Key], pair.Value)))];
            if (!allowNonFinite) NonFiniteWeights.Refuse(file.Path, nonFinite);
            adapter.ValuesChanged();
            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    /// <summary>Writes an adapter folder, whole or not at all.</summary>
    /// <param name="folder">Folder to make.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="baseModel">Folder or name of the model that it is for, as the folder will tell others; null: it tells none.</param>
    /// <param name="overwrite">Whether an adapter folder that exists is replaced.</param>
    /// <exception cref="IOException">The folder exists and is not to be replaced, or cannot be written.</exception>
    public static void Save(string folder, LoraAdapter adapter, string? baseModel, bool overwrite = false) =>
        Save(folder, adapter, baseModel, overwrite, fill: null);

    /// <summary>Writes an adapter folder with files of the caller's in it.</summary>
    /// <param name="folder">Folder to make.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="baseModel">Folder or name of the model that it is for, or null.</param>
    /// <param name="overwrite">Whether an adapter folder that exists is replaced.</param>
    /// <param name="fill">Writes into the folder that is being made; null for nothing.</param>
    internal static void Save(string folder, LoraAdapter adapter, string? baseModel, bool overwrite, Action<string>? fill)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(adapter);
        byte[] settings = PeftConfiguration.Write(adapter, baseModel);
        AtomicFolder.Write(folder, overwrite ? PeftConfiguration.FileName : null, making =>
        {
            File.WriteAllBytes(Path.Combine(making, PeftConfiguration.FileName), settings);
            SafetensorsWriter.Write(
                Path.Combine(making, WeightsName), adapter.Published.Select(pair => KeyValuePair.Create(NestedKey(pair.Key), pair.Value)),
                new Dictionary<string, string> { ["format"] = "pt" });
            fill?.Invoke(making);
        });
    }

    /// <summary>What the adapter folder says about the model that it is for: a folder or a name; null where it says nothing.</summary>
    /// <exception cref="InvalidDataException">The folder's settings are faulty or not supported.</exception>
    public static string? BaseModelOf(string folder) => PeftConfiguration.Load(folder).BaseModel;

    /// <summary>The dropout that the adapter was trained with, which has no part in answering.</summary>
    internal static double DropoutOf(string folder) => PeftConfiguration.Load(folder).Dropout;

    private static string NestedKey(string key) => Prefix + CheckpointKeys.Spell(key, KeyLayout.Nested);

    private static LoraOptions OptionsOf(PeftConfiguration settings, IReadOnlyList<LoraTarget> targets, ModelConfiguration configuration)
    {
        string[] names = [.. targets.Select(target => target.ShortName).Distinct()];
        LoraOptions options = new() { Rank = settings.Rank, Alpha = settings.Alpha, UseRsLora = settings.UseRsLora, TargetModules = names };
        // Names stand for every layer of the decoder; where the targets are others, they are told one by one.
        if (LoraTargets.Choose(configuration, options).Count != targets.Count)
            options.TargetPattern =
                string.Join('|', targets.Select(target => System.Text.RegularExpressions.Regex.Escape(target.NestedName)));
        return options;
    }

    /// <summary>The file's key for each tensor of the adapter.</summary>
    private static Dictionary<string, string> Stored(SafetensorsFile file, IReadOnlyList<LoraTarget> targets, int rank)
    {
        List<string> faults = [];
        Dictionary<string, string> stored = new(StringComparer.Ordinal);
        HashSet<string> known = new(StringComparer.Ordinal);
        foreach (LoraTarget target in targets)
        {
            Find(target.Name + ".lora_A.weight", [rank, target.Inputs]);
            Find(target.Name + ".lora_B.weight", [target.Outputs, rank]);
        }

        faults.AddRange(
            file.Entries.Keys.Where(key => !known.Contains(key)).Order(StringComparer.Ordinal).Select(key => $"{key} is unknown"));
        if (faults.Count == 0) return stored;
        string more = faults.Count > MostFaults ? $"; and {faults.Count - MostFaults} more" : "";
        throw new InvalidDataException(
            $"{file.Path}: the tensors are not those of this adapter on this model: {string.Join("; ", faults.Take(MostFaults))}{more}.");

        void Find(string key, long[] shape)
        {
            string nested = NestedKey(key), flat = Prefix + key;
            known.UnionWith([nested, flat]);
            string? found = file.Entries.ContainsKey(nested) ? nested : file.Entries.ContainsKey(flat) ? flat : null;
            if (found is null)
            {
                faults.Add($"{nested} is missing");
                return;
            }

            stored.Add(key, found);
            SafetensorsEntry entry = file.Entries[found];
            if (!entry.Shape.SequenceEqual(shape))
                faults.Add($"{found}: expected [{string.Join(", ", shape)}], got [{string.Join(", ", entry.Shape)}]");
            if (entry.Type is not (ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16 or ScalarType.Float64))
                faults.Add($"{found}: expected a float type, got {entry.Type}");
        }
    }
}
