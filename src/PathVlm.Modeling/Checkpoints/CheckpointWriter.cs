using System.Text.Json;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints;

/// <summary>
/// Writes checkpoint folders of the published flat layout. A folder appears whole or not at all: everything goes to a hidden folder
/// beside it, which is renamed at the end.
/// </summary>
public static class CheckpointWriter
{
    private static readonly string[] ProcessorFiles =
    [
        "tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "special_tokens_map.json", "added_tokens.json",
        "chat_template.json", "chat_template.jinja", ImageProcessorConfiguration.FileName, ImageProcessorConfiguration.NestedFileName,
        "video_preprocessor_config.json", GenerationConfiguration.FileName, "LICENSE", "NOTICE", "pathvlm_policy.json",
    ];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Saves a model.</summary>
    /// <param name="folder">Folder to make; its parent is made too.</param>
    /// <param name="configuration">Settings of the model.</param>
    /// <param name="tensors">A tensor for each key of <see cref="CheckpointTable.Of"/>; any strides and device; they stay the caller's.</param>
    /// <param name="processorSourceFolder">
    /// Checkpoint folder to copy tokenizer, image processor, chat template, generation settings and licence from; null: none are written,
    /// and the folder holds settings and weights alone. May be <paramref name="folder"/> itself.
    /// </param>
    /// <param name="options">Type, size of files, replacing; null: defaults.</param>
    /// <exception cref="ArgumentException">The tensors aren't those of the settings; all that differ are named.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="FileNotFoundException">The source folder has no tokenizer or no image processor.</exception>
    /// <exception cref="IOException">The folder exists and isn't to be replaced, or can't be written; nothing is left of it.</exception>
    public static void Save(
        string folder, ModelConfiguration configuration, IReadOnlyDictionary<string, Tensor> tensors, string? processorSourceFolder,
        CheckpointWriteOptions? options = null) => Save(folder, configuration, tensors, processorSourceFolder, options, change: null);

    /// <summary>Saves a model some of whose weights are changed on the way to the file, such as by an adapter that is merged into them.</summary>
    /// <param name="folder">Folder to make.</param>
    /// <param name="configuration">Settings of the model.</param>
    /// <param name="tensors">A tensor for each key.</param>
    /// <param name="processorSourceFolder">Checkpoint folder to copy tokenizer and image processor from, or null.</param>
    /// <param name="options">Type, size of files, replacing; null: defaults.</param>
    /// <param name="change">Gives what is written instead of a tensor, in the current dispose scope; or the tensor itself. Null: nothing is changed.</param>
    internal static void Save(
        string folder, ModelConfiguration configuration, IReadOnlyDictionary<string, Tensor> tensors, string? processorSourceFolder,
        CheckpointWriteOptions? options, Func<string, Tensor, Tensor>? change)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(tensors);
        options ??= new CheckpointWriteOptions();
        if (options.MaxShardBytes < 1)
            throw new ArgumentOutOfRangeException(nameof(options), $"MaxShardBytes: got {options.MaxShardBytes}, takes 1 or more.");
        if (options.Type is not (null or ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16))
            throw new ArgumentOutOfRangeException(nameof(options), $"Type: got {options.Type}, takes Float32, BFloat16 or Float16.");
        IReadOnlyList<TensorSpecification> table = CheckpointTable.Of(configuration);
        CheckpointTensors.Check(table, tensors, nameof(tensors));
        ScalarType type = options.Type ?? tensors[CheckpointTable.EmbeddingsKey].dtype;
        string settings = configuration.ToPublishedJson(type);
        string[] copies = processorSourceFolder is null ? [] : FilesToCopy(processorSourceFolder);
        FolderReplacement.Make(folder, options.Overwrite, making =>
        {
            File.WriteAllText(Path.Combine(making, ModelConfiguration.FileName), settings);
            foreach (string file in copies)
                Copy(file, Path.Combine(making, Path.GetFileName(file)));
            WriteWeights(making, Shards(table, type, options.MaxShardBytes), (key => change is null ? tensors[key] : change(key, tensors[key])), type);
        });
    }

    private static string[] FilesToCopy(string source)
    {
        if (!Directory.Exists(source))
            throw new DirectoryNotFoundException($"The folder to copy the processor from [{source}] doesn't exist.");
        string[] files = [.. ProcessorFiles.Where(name => File.Exists(Path.Combine(source, name)))];
        if (!files.Contains("tokenizer.json") && !(files.Contains("vocab.json") && files.Contains("merges.txt")))
            throw new FileNotFoundException($"The folder [{source}] has no tokenizer: neither tokenizer.json nor vocab.json with merges.txt.");
        if (!files.Contains(ImageProcessorConfiguration.FileName) && !files.Contains(ImageProcessorConfiguration.NestedFileName))
        {
            throw new FileNotFoundException($"The folder [{source}] has no image processor: "
                + $"neither {ImageProcessorConfiguration.FileName} nor {ImageProcessorConfiguration.NestedFileName}.");
        }

        return [.. files.Select(name => Path.Combine(source, name))];
    }

    // Bytes alone: a source may be read-only or a link into a cache, and neither should travel.
    private static void Copy(string from, string to)
    {
        using FileStream source = File.OpenRead(from);
        using FileStream target = new(to, FileMode.CreateNew);
        source.CopyTo(target);
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
            using DisposeScope scope = NewDisposeScope();
            IEnumerable<KeyValuePair<string, Tensor>> entries = shards[number].Select(tensor => KeyValuePair.Create(tensor.Key, tensors(tensor.Key)));
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
