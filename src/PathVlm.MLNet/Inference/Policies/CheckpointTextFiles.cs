namespace PathVlm.MLNet.Inference.Policies;

/// <summary>
/// The small files of a checkpoint folder (settings, tokenizer, chat template), kept in memory so that a policy can be saved after the
/// folder is gone, or exported as a folder again.
/// </summary>
internal sealed class CheckpointTextFiles
{
    private const long LargestFile = 256 << 20;

    /// <summary>The files that are known.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "config.json", "generation_config.json", "preprocessor_config.json", "processor_config.json", "video_preprocessor_config.json",
        "tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "special_tokens_map.json", "added_tokens.json",
        "chat_template.json", "chat_template.jinja",
    ];

    private readonly SortedDictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    /// <summary>Content by file name.</summary>
    public IReadOnlyDictionary<string, byte[]> Files => _files;

    /// <summary>Reads the files that <paramref name="folder"/> has.</summary>
    public static CheckpointTextFiles Read(string folder)
    {
        var read = new CheckpointTextFiles();
        foreach (string name in Names)
        {
            string path = Path.Combine(folder, name);
            if (File.Exists(path)) read.Add(name, File.ReadAllBytes(path), path);
        }
        return read;
    }

    /// <summary>Adds a file read from elsewhere.</summary>
    /// <exception cref="InvalidDataException">Not one of a checkpoint's file names, or over 256 MiB.</exception>
    public void Add(string name, byte[] content, string where)
    {
        if (!Names.Contains(name)) throw new InvalidDataException($"{where}: got a file named [{name}], takes {string.Join(", ", Names)}.");
        if (content.LongLength > LargestFile) throw new InvalidDataException($"{where}: got {content.LongLength} bytes, takes at most {LargestFile}.");
        _files[name] = content;
    }

    /// <summary>Gives <paramref name="use"/> a folder that holds the files and is deleted afterwards.</summary>
    public T InFolder<T>(Func<string, T> use)
    {
        string folder = Directory.CreateTempSubdirectory("pathvlm-").FullName;
        try
        {
            foreach ((string name, byte[] content) in _files) File.WriteAllBytes(Path.Combine(folder, name), content);
            return use(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
