using System.Text.Json;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Options;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints;

/// <summary>
/// Writes checkpoint folders of the published flat layout. A folder appears whole or not at all: everything goes to a hidden folder
/// beside it, which is renamed at the end.
/// </summary>
public static class CheckpointWriter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Saves a model.</summary>
    /// <param name="folder">Folder to make; its parent is made too.</param>
    /// <param name="configuration">Settings of the model.</param>
    /// <param name="tensors">
    /// A tensor for each key of <see cref="CheckpointTable.Of"/>; any strides and device; they stay the caller's.
    /// </param>
    /// <param name="processorSource">
    /// Checkpoint to copy tokenizer, image processor, chat template, generation settings and licence from; null: none are written,
    /// and the folder holds settings and weights alone. May be <paramref name="folder"/> itself.
    /// </param>
    /// <param name="options">Type, size of files, replacing; null: defaults.</param>
    /// <exception cref="ArgumentException">The tensors aren't those of the settings; all that differ are named.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="DirectoryNotFoundException">The source is a folder that does not exist.</exception>
    /// <exception cref="FileNotFoundException">The source has no tokenizer or no image processor.</exception>
    /// <exception cref="IOException">The folder exists and isn't to be replaced, or can't be written; nothing is left of it.</exception>
    public static void Save(
        string folder, ModelConfiguration configuration, IReadOnlyDictionary<string, Tensor> tensors, CheckpointSource? processorSource,
        CheckpointWriteOptions? options = null) => Save(folder, configuration, tensors, processorSource, options, change: null, fill: null);

    /// <summary>
    /// Saves a model some of whose weights are changed on the way to the file, such as by an adapter that is merged into them.
    /// </summary>
    /// <param name="folder">Folder to make.</param>
    /// <param name="configuration">Settings of the model.</param>
    /// <param name="tensors">A tensor for each key.</param>
    /// <param name="processorSource">Where tokenizer and image processor are copied from, or null.</param>
    /// <param name="options">Type, size of files, replacing; null: defaults.</param>
    /// <param name="change">
    /// Gives what is written instead of a tensor, in the current dispose scope, or the tensor itself. Null: nothing is changed.
    /// </param>
    /// <param name="fill">Writes more files into the folder that is being made; null for none.</param>
    internal static void Save(
        string folder, ModelConfiguration configuration, IReadOnlyDictionary<string, Tensor> tensors, CheckpointSource? processorSource,
        CheckpointWriteOptions? options, Func<string, Tensor, Tensor>? change, Action<string>? fill)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(tensors);
        options ??= new CheckpointWriteOptions();
        OptionRules.Validate(options);
        IReadOnlyList<TensorSpecification> table = CheckpointTable.Of(configuration);
        CheckpointTensors.Check(table, tensors, nameof(tensors));
        ScalarType type = options.Type ?? tensors[CheckpointTable.EmbeddingsKey].dtype;
        string settings = configuration.ToPublishedJson(type);
        string[] copies = processorSource is null ? [] : FilesToCopy(processorSource);
        AtomicFolder.Write(folder, options.Overwrite ? ModelConfiguration.FileName : null, making =>
        {
            File.WriteAllText(Path.Combine(making, ModelConfiguration.FileName), settings);
            foreach (string name in copies)
                Write(Path.Combine(making, name), processorSource!.Read(name));
            fill?.Invoke(making);
            Func<string, Tensor> written = key => change is null ? tensors[key] : change(key, tensors[key]);
            WriteWeights(making, Shards(table, type, options.MaxShardBytes), written, type);
        });
    }

    private static string[] FilesToCopy(CheckpointSource source)
    {
        source.RequireLocation();
        string[] files = [.. CheckpointFileNames.Copied.Where(source.Contains)];
        if (!files.Contains(CheckpointFileNames.Tokenizer)
            && !(files.Contains(CheckpointFileNames.Vocabulary) && files.Contains(CheckpointFileNames.Merges)))
        {
            throw new FileNotFoundException($"{source.Location}: expected a tokenizer, {CheckpointFileNames.Tokenizer} or "
                + $"{CheckpointFileNames.Vocabulary} with {CheckpointFileNames.Merges}; got neither.");
        }

        if (!files.Contains(CheckpointFileNames.ImageProcessor) && !files.Contains(CheckpointFileNames.Processor))
        {
            throw new FileNotFoundException($"{source.Location}: expected an image processor, {CheckpointFileNames.ImageProcessor} or "
                + $"{CheckpointFileNames.Processor}; got neither.");
        }

        return files;
    }

    // Bytes alone: a source may be read-only or a link into a cache, and neither should travel.
    private static void Write(string path, ReadOnlySpan<byte> content)
    {
        using FileStream target = new(path, FileMode.CreateNew);
        target.Write(content);
        target.Flush(flushToDisk: true);
    }

    private static List<List<TensorSpecification>> Shards(IReadOnlyList<TensorSpecification> table, ScalarType type, long maxBytes)
    {
        List<List<TensorSpecification>> shards = [[]];
        long bytes = 0;
        foreach (TensorSpecification tensor in table)
        {
            long size = tensor.ElementCount * SafetensorsTypes.SizeOf(type);
            if (bytes > 0 && bytes + size > maxBytes)
            {
                shards.Add([]);
                bytes = 0;
            }

            shards[^1].Add(tensor);
            bytes += size;
        }

        return shards;
    }

    private static void WriteWeights(
        string folder, List<List<TensorSpecification>> shards, Func<string, Tensor> tensors, ScalarType type)
    {
        Dictionary<string, string> metadata = new() { ["format"] = "pt" };
        Dictionary<string, string> index = new(StringComparer.Ordinal);
        for (int number = 0; number < shards.Count; number++)
        {
            string name = shards.Count == 1 ? CheckpointFiles.SingleName : $"model-{number + 1:D5}-of-{shards.Count:D5}.safetensors";
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            IEnumerable<KeyValuePair<string, Tensor>> entries =
                shards[number].Select(tensor => KeyValuePair.Create(tensor.Key, tensors(tensor.Key)));
            SafetensorsWriter.Write(Path.Combine(folder, name), entries, type, metadata);
            foreach (TensorSpecification tensor in shards[number])
                index.Add(tensor.Key, name);
        }

        if (shards.Count == 1)
            return;
        long total = shards.SelectMany(shard => shard).Sum(tensor => tensor.ElementCount) * SafetensorsTypes.SizeOf(type);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(
            new { metadata = new { total_size = total }, weight_map = index }, Indented);
        File.WriteAllBytes(Path.Combine(folder, CheckpointFiles.IndexName), json);
    }
}
