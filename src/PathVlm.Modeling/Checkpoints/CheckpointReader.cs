using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints;

/// <summary>
/// Reads checkpoint folders: published ones, ones in the layout of current releases, and ones that transformers 5 re-saved.
/// </summary>
public static class CheckpointReader
{
    private const string TiedHeadNote = CheckpointTable.HeadKey
        + " is there although the head shares the embedding table; it is ignored where it is equal, refused where not.";

    /// <summary>
    /// Describes a checkpoint folder. Checks all that loading checks, and reads no tensor; a folder without weights is described as well.
    /// </summary>
    /// <param name="folder">Checkpoint folder.</param>
    /// <returns>Layout, files, types, counts, shapes.</returns>
    /// <exception cref="FileNotFoundException">The folder has no config.json.</exception>
    /// <exception cref="InvalidDataException">The settings or the weight files are faulty, or don't fit each other.</exception>
    public static CheckpointInfo Inspect(string folder)
    {
        ModelConfiguration configuration = ModelConfiguration.Load(folder);
        bool single = CheckpointFiles.IsThere(folder, CheckpointFiles.SingleName);
        bool sharded = CheckpointFiles.IsThere(folder, CheckpointFiles.IndexName);
        CheckpointInfo settings = new()
        {
            Folder = folder,
            Configuration = configuration,
            SettingsLayout = SettingsReader.Open(CheckpointSource.FromFolder(folder), ModelConfiguration.FileName).Has("text_config")
                ? KeyLayout.Nested
                : KeyLayout.Flat,
            Keys = null,
            Files = [],
            HasIndex = sharded,
            Types = new Dictionary<ScalarType, long>(),
            Parameters = CheckpointTable.Count(configuration),
            Tensors = CheckpointTable.Of(configuration),
            Notes = [],
        };
        return single || sharded ? AddWeights(settings) : settings;
    }

    /// <summary>
    /// Fills tensors from a checkpoint folder. Everything is validated before the first byte of a tensor is read: every weight file's
    /// header,
    /// and then, reported all at once, tensors that are missing, unknown, misshapen, of a type that isn't a float's, in two shards, or not
    /// where the index says.
    /// </summary>
    /// <param name="folder">Checkpoint folder: one safetensors file, or shards with an index.</param>
    /// <param name="configuration">Settings of the model, as <see cref="ModelConfiguration.Load(string)"/> gives them.</param>
    /// <param name="destination">A tensor for each key of <see cref="CheckpointTable.Of"/>; any float type and device, views too.</param>
    /// <exception cref="FileNotFoundException">The folder has no weights.</exception>
    /// <exception cref="InvalidDataException">
    /// The checkpoint is faulty, isn't of these settings, or has weights that are NaN or infinite.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> isn't what the settings ask for.</exception>
    public static void LoadInto(
        string folder, ModelConfiguration configuration, IReadOnlyDictionary<string, Tensor> destination) =>
        LoadInto(folder, configuration, destination, allowNonFinite: false);

    /// <summary>Checks all that loading checks before it reads a tensor.</summary>
    /// <exception cref="FileNotFoundException">The folder has no weights.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is faulty, or isn't of these settings.</exception>
    internal static void Validate(string folder, ModelConfiguration configuration)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        CheckpointFaults faults = new();
        using CheckpointFiles files = CheckpointFiles.Open(folder, faults);
        CheckpointRules.Validate(files, configuration, faults);
        faults.ThrowIfAny(folder);
    }

    /// <summary>Fills tensors as the public method does.</summary>
    /// <param name="folder">Checkpoint folder.</param>
    /// <param name="configuration">Settings of the model.</param>
    /// <param name="destination">A tensor for each key.</param>
    /// <param name="allowNonFinite">Whether values that are NaN or infinite are taken.</param>
    internal static void LoadInto(
        string folder, ModelConfiguration configuration, IReadOnlyDictionary<string, Tensor> destination, bool allowNonFinite)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(destination);
        IReadOnlyList<TensorSpecification> table = CheckpointTable.Of(configuration);
        CheckpointTensors.Check(table, destination, nameof(destination));
        CheckpointFaults faults = new();
        using CheckpointFiles files = CheckpointFiles.Open(folder, faults);
        KeyLayout layout = CheckpointRules.Validate(files, configuration, faults);
        faults.ThrowIfAny(folder);
        CheckpointRules.ValidateTiedHead(files, configuration, layout, folder);
        (string Key, string Stored, SafetensorsFile File)[] reads = [.. table
            .Select(tensor => (tensor.Key, Stored: CheckpointKeys.Spell(tensor.Key, layout)))
            .Select(read => (read.Key, read.Stored, File: files.Tensors[read.Stored]))
            .OrderBy(read => read.File.Path, StringComparer.Ordinal)
            .ThenBy(read => read.File.Entries[read.Stored].Offset)];
        long[] nonFinite = new long[reads.Length];
        InParallel.For(reads.Length, index =>
        {
            FileWait.ThrowIfCancelled();
            nonFinite[index] = reads[index].File.ReadCounting(reads[index].Stored, destination[reads[index].Key]);
        });
        if (!allowNonFinite)
            NonFiniteWeights.Refuse(folder, reads.Select((read, index) => (read.Key, nonFinite[index])));
    }

    private static CheckpointInfo AddWeights(CheckpointInfo settings)
    {
        CheckpointFaults faults = new();
        using CheckpointFiles files = CheckpointFiles.Open(settings.Folder, faults);
        KeyLayout layout = CheckpointRules.Validate(files, settings.Configuration, faults);
        faults.ThrowIfAny(settings.Folder);
        IEnumerable<SafetensorsEntry> entries = files.Files.SelectMany(file => file.Entries.Values);
        return settings with
        {
            Keys = layout,
            Files = [.. files.Files.Select(Describe)],
            Types = entries.GroupBy(entry => entry.Type).ToDictionary(same => same.Key, same => same.Sum(entry => entry.ElementCount)),
            Notes = CheckpointRules.HasTiedHead(files, settings.Configuration)
                ? [TiedHeadNote]
                : [],
        };
    }

    private static CheckpointFile Describe(SafetensorsFile file) =>
        new(Path.GetFileName(file.Path), InputFile.LengthOf(file.Path), file.Entries.Count);
}
