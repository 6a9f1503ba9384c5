using System.Text;
using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Configuration;

/// <content>Reading config.json, flat (as published) or nested (<c>text_config</c>, as current releases write).</content>
public sealed partial record ModelConfiguration
{
    /// <summary>Name of the settings file in a checkpoint folder.</summary>
    public const string FileName = CheckpointFileNames.Configuration;

    private const int LargestSize = 1 << 20;
    private const int LargestVocabulary = 1 << 24;
    private const int MostLayers = 1024;
    private const int MaxInteger = int.MaxValue;

    /// <summary>Reads and validates the config.json of a checkpoint folder.</summary>
    /// <param name="folder">Checkpoint folder.</param>
    /// <returns>The settings, whole and consistent.</returns>
    /// <exception cref="FileNotFoundException">The folder has no config.json.</exception>
    /// <exception cref="InvalidDataException">
    /// The file isn't JSON, isn't a Qwen2.5-VL's, or has settings that are missing, out of range, contradictory or not supported: all of
    /// them are named at once, each with what was expected and what was found.
    /// </exception>
    public static ModelConfiguration Load(string folder) => Load(CheckpointSource.FromFolder(folder));

    /// <summary>Reads and validates the config.json of a checkpoint.</summary>
    /// <param name="source">Where the checkpoint's files are.</param>
    /// <returns>The settings, whole and consistent.</returns>
    /// <exception cref="FileNotFoundException">The source has no config.json.</exception>
    /// <exception cref="InvalidDataException">As for <see cref="Load(string)"/>.</exception>
    public static ModelConfiguration Load(CheckpointSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Read(SettingsReader.Open(source, FileName));
    }

    /// <summary>Reads and validates the text of a config.json.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">Name of the text in messages; a path or a title.</param>
    /// <returns>The settings, whole and consistent.</returns>
    /// <exception cref="InvalidDataException">As for <see cref="Load(string)"/>.</exception>
    public static ModelConfiguration Parse(string json, string name = FileName)
    {
        ArgumentNullException.ThrowIfNull(json);
        return Read(SettingsReader.Parse(Encoding.UTF8.GetBytes(json), name));
    }

    private static ModelConfiguration Read(SettingsReader root)
    {
        SettingsReader text = root.Object("text_config") ?? root;
        RefuseUnsupported(root, text);
        if (root.Object("vision_config") is not { } vision)
        {
            if (!root.Has("vision_config"))
                root.Missing("vision_config", "an object with the vision tower's settings");
            root.ThrowIfFaulty();
            throw new InvalidOperationException("A missing vision_config is a fault.");
        }

        // Where a token id or a vision setting is absent, the value is the reference class's own default: releases of early 2025 wrote
        // only those settings of vision_config that differ from it.
        ModelConfiguration configuration = new()
        {
            Text = ReadText(root, text),
            Vision = ReadVision(vision),
            ImageTokenId = root.Integer("image_token_id", 0, MaxInteger, 151655),
            VideoTokenId = root.Integer("video_token_id", 0, MaxInteger, 151656),
            VisionStartTokenId = root.Integer("vision_start_token_id", 0, MaxInteger, 151652),
            VisionEndTokenId = root.Integer("vision_end_token_id", 0, MaxInteger, 151653),
            BosTokenId = (root.Has("bos_token_id") ? root : text).OptionalInteger("bos_token_id", 0, MaxInteger),
            EosTokenId = (root.Has("eos_token_id") ? root : text).Integers("eos_token_id", 0, MaxInteger) is [int end, ..] ? end : null,
        };
        root.ThrowIfFaulty();
        ConfigurationRules.Check(configuration, root, text, vision);
        root.ThrowIfFaulty();
        return configuration;
    }

    private static void RefuseUnsupported(SettingsReader root, SettingsReader text)
    {
        if (root.Text("model_type") is { } type && type != "qwen2_5_vl")
            root.Fault("model_type", type, "qwen2_5_vl");
        root.ThrowIfFaulty();
        if (root.Has("quantization_config"))
        {
            root.Fault("quantization_config", "a value",
                "nothing (quantized checkpoints can't be read; use the float32, bfloat16 or float16 one)");
        }

        if (text.Text("hidden_act") is { } activation && activation != "silu")
            text.Fault("hidden_act", activation, "silu");
        if (text.Flag("use_sliding_window", false))
            text.Fault("use_sliding_window", "true", "false (sliding windows in the decoder aren't supported)");
        foreach (string kind in text.Texts("layer_types")?.Where(kind => kind != "full_attention").Distinct() ?? [])
            text.Fault("layer_types", kind, "full_attention in every layer");
        double dropout = text.Number("attention_dropout", -1, 1, 0);
        if (dropout != 0)
            text.Fault("attention_dropout", dropout, "0 (dropout in attention isn't supported)");
    }

    private static TextConfiguration ReadText(SettingsReader root, SettingsReader text)
    {
        SettingsReader? rotary = text.Object("rope_parameters") ?? text.Object("rope_scaling");
        foreach (string name in new[] { "rope_type", "type" })
        {
            if (rotary?.Text(name) is { } kind && kind is not ("default" or "mrope"))
                rotary.Fault(name, kind, "default or mrope");
        }

        IReadOnlyList<int>? sections = rotary?.Integers("mrope_section", 1, LargestSize);
        if (sections is null && rotary?.Has("mrope_section") != true)
        {
            (rotary ?? text).Missing(
                rotary is null ? "rope_scaling.mrope_section" : "mrope_section", "three whole numbers that sum to half a head");
        }

        return new TextConfiguration
        {
            VocabularySize = text.Integer("vocab_size", 1, LargestVocabulary),
            HiddenSize = text.Integer("hidden_size", 1, LargestSize),
            IntermediateSize = text.Integer("intermediate_size", 1, LargestSize),
            LayerCount = text.Integer("num_hidden_layers", 1, MostLayers),
            HeadCount = text.Integer("num_attention_heads", 1, LargestSize),
            KeyValueHeadCount = text.Integer("num_key_value_heads", 1, LargestSize),
            RotarySections = sections ?? [],
            RotaryBase = rotary?.Has("rope_theta") == true
                ? rotary.Number("rope_theta", 0, 1e12, 1_000_000)
                : text.Number("rope_theta", 0, 1e12, 1_000_000),
            NormEpsilon = text.Number("rms_norm_eps", 0, 1, 1e-6),
            TieWordEmbeddings = (root.Has("tie_word_embeddings") ? root : text).Flag("tie_word_embeddings", false),
            MaxPositions = text.Integer("max_position_embeddings", 1, MaxInteger, 128_000),
        };
    }

    private static VisionConfiguration ReadVision(SettingsReader vision)
    {
        if (vision.Text("hidden_act") is { } activation && activation != "silu")
            vision.Fault("hidden_act", activation, "silu");
        if (vision.Object("rope_parameters") is { } rotary && rotary.Number("rope_theta", 0, 1e12, 10_000) is var theta && theta != 10_000)
            rotary.Fault("rope_theta", theta, "10000");
        return new VisionConfiguration
        {
            Depth = vision.Integer("depth", 1, MostLayers, 32),
            HiddenSize = vision.Integer("hidden_size", 1, LargestSize),
            IntermediateSize = vision.Integer("intermediate_size", 1, LargestSize, 3420),
            HeadCount = vision.Integer("num_heads", 1, LargestSize, 16),
            OutputSize = vision.Integer("out_hidden_size", 1, LargestSize, 3584),
            WindowSize = vision.Integer("window_size", 1, LargestSize, 112),
            FullAttentionBlocks = vision.Integers("fullatt_block_indexes", 0, MostLayers) ?? [7, 15, 23, 31],
            InputChannels = vision.Integer("in_channels", 1, 16, vision.Integer("in_chans", 1, 16, 3)),
            PatchSize = vision.Integer("patch_size", 1, 1024, 14),
            SpatialMergeSize = vision.Integer("spatial_merge_size", 1, 64, 2),
            TemporalPatchSize = vision.Integer("temporal_patch_size", 1, 64, 2),
            TokensPerSecond = vision.Integer("tokens_per_second", 1, 1_000_000, 4),
        };
    }
}
