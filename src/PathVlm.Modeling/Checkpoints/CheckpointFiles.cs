using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Files.Platform;

namespace PathVlm.Modeling.Checkpoints;

/// <summary>The weight files of a checkpoint folder, open: one model.safetensors, or the shards that an index names.</summary>
internal sealed class CheckpointFiles : IDisposable
{
    public const string SingleName = CheckpointFileNames.Weights;
    public const string IndexName = CheckpointFileNames.WeightsIndex;

    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, SafetensorsFile> _tensors = new(StringComparer.Ordinal);

    private CheckpointFiles()
    {
    }

    /// <summary>The open files, in the order of their names.</summary>
    public IReadOnlyList<SafetensorsFile> Files => _files;

    /// <summary>Which file holds a tensor, by the key on disk.</summary>
    public IReadOnlyDictionary<string, SafetensorsFile> Tensors => _tensors;

    /// <summary>Opens the weight files and validates their headers; faults between files are added to <paramref name="faults"/>.</summary>
    /// <exception cref="FileNotFoundException">The folder has no weights.</exception>
    /// <exception cref="InvalidDataException">A file or the index can't be read, or leads out of the folder.</exception>
    public static CheckpointFiles Open(string folder, CheckpointFaults faults)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"The checkpoint folder [{folder}] doesn't exist.");
        (bool single, bool sharded) = (IsThere(folder, SingleName), IsThere(folder, IndexName));
        if (single && sharded)
            throw new InvalidDataException($"{folder}: expected {SingleName} or {IndexName}, got both; remove the stale one.");
        if (!single && !sharded)
        {
            throw new FileNotFoundException(
                $"{folder}: expected {SingleName} or {IndexName}, got neither; weights are read from safetensors files only, "
                    + "convert others.",
                Path.Combine(folder, SingleName));
        }

        CheckpointFiles files = new();
        try
        {
            if (single)
                files.Add(SafetensorsFile.Open(Path.Combine(folder, SingleName)), faults);
            else
                files.OpenShards(folder, faults);
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (SafetensorsFile file in _files)
            file.Dispose();
    }

    /// <summary>Whether a folder has an entry of this name, of whatever kind: what is no regular file is refused on opening.</summary>
    internal static bool IsThere(string folder, string name) => InputFile.KindOf(Path.Combine(folder, name)) != FileKind.Missing;

    private void OpenShards(string folder, CheckpointFaults faults)
    {
        IReadOnlyDictionary<string, string> index = ReadIndex(folder);
        foreach (string shard in index.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            string path = InputFile.Inside(folder, shard);
            if (IsThere(folder, shard))
                Add(SafetensorsFile.Open(path), faults);
            else
                faults.Add("shards that the index names but the folder lacks", MessageLine.Value(shard));
        }

        Dictionary<string, SafetensorsFile> opened = _files.ToDictionary(file => Path.GetFileName(file.Path), StringComparer.Ordinal);
        foreach ((string key, string shard) in index)
        {
            if (opened.TryGetValue(shard, out SafetensorsFile? file) && !file.Entries.ContainsKey(key))
            {
                faults.Add(
                    "tensors that aren't in the shard the index names", $"{MessageLine.Value(key)} ({MessageLine.Value(shard)})");
            }
        }

        foreach ((string key, SafetensorsFile file) in _tensors)
        {
            if (!index.ContainsKey(key))
                faults.Add("tensors in a shard that the index doesn't name", $"{key} ({Path.GetFileName(file.Path)})");
        }
    }

    private void Add(SafetensorsFile file, CheckpointFaults faults)
    {
        _files.Add(file);
        foreach (string key in file.Entries.Keys)
        {
            if (!_tensors.TryAdd(key, file))
                faults.Add("tensors in two shards", $"{key} ({Path.GetFileName(_tensors[key].Path)} and {Path.GetFileName(file.Path)})");
        }
    }

    private static Dictionary<string, string> ReadIndex(string folder)
    {
        SettingsReader root = SettingsReader.Open(CheckpointSource.FromFolder(folder), IndexName);
        if (root.Object("weight_map") is not { } map)
        {
            if (!root.Has("weight_map"))
                root.Missing("weight_map", "an object of tensor names and file names");
            root.ThrowIfFaulty();
            return [];
        }

        Dictionary<string, string> index = new(StringComparer.Ordinal);
        foreach ((string key, string? text) in map.AllTexts())
        {
            if (text is not { } shard)
                continue;
            index.Add(key, shard);
            bool plain = shard.EndsWith(".safetensors", StringComparison.Ordinal)
                && shard.AsSpan().IndexOfAny("/\\:") < 0 && !shard.AsSpan().ContainsAnyInRange('\0', '\x1F');
            if (!plain)
                map.Fault(MessageLine.Value(key), $"[{MessageLine.Value(shard)}]", "the name of a .safetensors file in the same folder");
        }

        root.ThrowIfFaulty();
        return index;
    }
}
