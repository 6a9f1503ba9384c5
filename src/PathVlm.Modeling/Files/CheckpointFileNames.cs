namespace PathVlm.Modeling.Files;

/// <summary>Names of the files in a checkpoint folder. Every list of them is here.</summary>
public static class CheckpointFileNames
{
    /// <summary>Settings of the model.</summary>
    public const string Configuration = "config.json";

    /// <summary>Settings of generation.</summary>
    public const string Generation = "generation_config.json";

    /// <summary>Settings of the image processor, as published.</summary>
    public const string ImageProcessor = "preprocessor_config.json";

    /// <summary>Settings of the whole processor, as transformers 5 saves them.</summary>
    public const string Processor = "processor_config.json";

    /// <summary>The tokenizer as one file.</summary>
    public const string Tokenizer = "tokenizer.json";

    /// <summary>Settings of the tokenizer.</summary>
    public const string TokenizerConfiguration = "tokenizer_config.json";

    /// <summary>The tokenizer's vocabulary, where there is no <see cref="Tokenizer"/>.</summary>
    public const string Vocabulary = "vocab.json";

    /// <summary>The tokenizer's merges, where there is no <see cref="Tokenizer"/>.</summary>
    public const string Merges = "merges.txt";

    /// <summary>The chat template in JSON.</summary>
    public const string ChatTemplateJson = "chat_template.json";

    /// <summary>The chat template as Jinja text.</summary>
    public const string ChatTemplateJinja = "chat_template.jinja";

    /// <summary>All weights in one file.</summary>
    public const string Weights = "model.safetensors";

    /// <summary>Which weight file holds which tensor, where there are several.</summary>
    public const string WeightsIndex = "model.safetensors.index.json";

    /// <summary>The small files: everything of a checkpoint that is not weights or a licence.</summary>
    public static IReadOnlyList<string> Text { get; } =
    [
        Configuration, Generation, ImageProcessor, Processor, "video_preprocessor_config.json", Tokenizer, TokenizerConfiguration,
        Vocabulary, Merges, "special_tokens_map.json", "added_tokens.json", ChatTemplateJson, ChatTemplateJinja,
    ];

    /// <summary>
    /// What a saved checkpoint keeps of the one it was made from: the small files without the model's settings, and licences.
    /// </summary>
    internal static IReadOnlyList<string> Copied { get; } = [.. Text.Where(name => name != Configuration), "LICENSE", "NOTICE"];
}
