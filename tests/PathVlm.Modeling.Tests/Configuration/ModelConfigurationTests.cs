using System.Text.Json.Nodes;
using PathVlm.Modeling.Configuration;
using PathVlm.Testing;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Configuration;

public sealed class ModelConfigurationTests
{
    /// <summary>A flat config.json as published for the 3B size, in this project's words.</summary>
    private const string Published = """
        {
          "architectures": ["Qwen2_5_VLForConditionalGeneration"], "attention_dropout": 0.0, "bos_token_id": 151643, "eos_token_id": 151645,
          "vision_start_token_id": 151652, "vision_end_token_id": 151653, "vision_token_id": 151654, "image_token_id": 151655,
          "video_token_id": 151656, "hidden_act": "silu", "hidden_size": 2048, "initializer_range": 0.02, "intermediate_size": 11008,
          "max_position_embeddings": 128000, "max_window_layers": 70, "model_type": "qwen2_5_vl", "num_attention_heads": 16,
          "num_hidden_layers": 36, "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "sliding_window": 32768,
          "tie_word_embeddings": true, "torch_dtype": "bfloat16", "transformers_version": "4.41.2", "use_cache": true,
          "use_sliding_window": false,
          "vision_config": {
            "depth": 32, "hidden_act": "silu", "hidden_size": 1280, "intermediate_size": 3420, "num_heads": 16, "in_chans": 3,
            "out_hidden_size": 2048, "patch_size": 14, "spatial_merge_size": 2, "spatial_patch_size": 14, "window_size": 112,
            "fullatt_block_indexes": [7, 15, 23, 31], "tokens_per_second": 2, "temporal_patch_size": 2
          },
          "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}, "vocab_size": 151936
        }
        """;

    [Theory]
    [MemberData(nameof(ReferenceSet.CheckpointNames), MemberType = typeof(ReferenceSet))]
    public void SettingsOfEveryCheckpointOfTheReferenceSetComeBackFromThePublishedForm(string checkpoint)
    {
        ModelConfiguration configuration = ModelConfiguration.Load(ReferenceSet.PathOf(checkpoint));
        string written = configuration.ToPublishedJson(ScalarType.BFloat16);
        ModelConfiguration again = ModelConfiguration.Parse(written);
        Assert.Equal(written, again.ToPublishedJson(ScalarType.BFloat16));
        Assert.Equal(configuration.Text with { RotarySections = again.Text.RotarySections }, again.Text);
        Assert.Equal(configuration.Text.RotarySections, again.Text.RotarySections);
        Assert.Equal(configuration.Vision with { FullAttentionBlocks = again.Vision.FullAttentionBlocks }, again.Vision);
        Assert.Equal(configuration.Vision.FullAttentionBlocks, again.Vision.FullAttentionBlocks);
    }

    [Fact]
    public void EverySettingOfAPublishedFileIsRead()
    {
        ModelConfiguration configuration = ModelConfiguration.Parse(Published);
        Assert.Equal(
            new TextConfiguration
            {
                VocabularySize = 151936, HiddenSize = 2048, IntermediateSize = 11008, LayerCount = 36, HeadCount = 16, KeyValueHeadCount = 2,
                RotarySections = configuration.Text.RotarySections, RotaryBase = 1e6, NormEpsilon = 1e-6, TieWordEmbeddings = true, MaxPositions = 128000,
            },
            configuration.Text);
        Assert.Equal([16, 24, 24], configuration.Text.RotarySections);
        Assert.Equal(
            new VisionConfiguration
            {
                Depth = 32, HiddenSize = 1280, IntermediateSize = 3420, HeadCount = 16, OutputSize = 2048, WindowSize = 112,
                FullAttentionBlocks = configuration.Vision.FullAttentionBlocks,
            },
            configuration.Vision);
        Assert.Equal([7, 15, 23, 31], configuration.Vision.FullAttentionBlocks);
        Assert.Equal((151655, 151656, 151652, 151653, 151645),
            (configuration.ImageTokenId, configuration.VideoTokenId, configuration.VisionStartTokenId, configuration.VisionEndTokenId, configuration.EosTokenId));
    }

    [Fact]
    public void VisionSettingsThatReleasesOfEarly2025LeftOutHaveTheReferenceClassesDefaults()
    {
        JsonNode json = JsonNode.Parse(Published)!;
        json["vision_config"] = JsonNode.Parse("""{"hidden_size":1280,"in_chans":3,"model_type":"qwen2_5_vl","out_hidden_size":2048,"spatial_patch_size":14,"tokens_per_second":2}""");
        Assert.Equal(
            ModelConfiguration.Parse(Published).ToPublishedJson(ScalarType.Float32),
            ModelConfiguration.Parse(json.ToJsonString()).ToPublishedJson(ScalarType.Float32));
    }

    public static TheoryData<string, string?, string> Faults() => new()
    {
        // property (a dot goes into an object), its value (null: removed), what is said
        { "hidden_size", null, "hidden_size: expected a whole number from 1 to 1048576, got nothing" },
        { "num_hidden_layers", null, "num_hidden_layers: expected a whole number from 1 to 1024, got nothing" },
        { "vocab_size", null, "vocab_size: expected a whole number from 1 to 16777216, got nothing" },
        { "vision_config", null, "vision_config: expected an object with the vision tower's settings, got nothing" },
        { "rope_scaling", null, "rope_scaling.mrope_section: expected three whole numbers that sum to half a head, got nothing" },
        { "rope_scaling", """{"type":"mrope"}""", "rope_scaling.mrope_section: expected three whole numbers that sum to half a head, got nothing" },
        { "vision_config", "7", "vision_config: expected an object, got 7" },
        { "hidden_size", "\"2048\"", "hidden_size: expected a whole number from 1 to 1048576, got \"2048\"" },
        { "hidden_size", "2048.5", "hidden_size: expected a whole number from 1 to 1048576, got 2048.5" },
        { "hidden_size", "-2048", "hidden_size: expected a whole number from 1 to 1048576, got -2048" },
        { "num_hidden_layers", "2000000000", "num_hidden_layers: expected a whole number from 1 to 1024, got 2000000000" },
        { "hidden_size", "99999999999999999999", "hidden_size: expected a whole number from 1 to 1048576, got 99999999999999999999" },
        { "rms_norm_eps", "0", "rms_norm_eps: expected a number above 0, at most 1, got 0" },
        { "rope_theta", "true", "rope_theta: expected a number above 0, at most 1000000000000, got true" },
        { "tie_word_embeddings", "\"False\"", "tie_word_embeddings: expected true or false, got \"False\"" },
        { "num_attention_heads", "15", "num_attention_heads: expected a divisor of hidden_size (2048), got 15" },
        { "num_key_value_heads", "3", "num_key_value_heads: expected a divisor of num_attention_heads (16), got 3" },
        { "rope_scaling.mrope_section", "[16,24,23]", "mrope_section: expected three whole numbers that sum to half a head (64), got [16, 24, 23]" },
        { "rope_scaling.mrope_section", "[32,32]", "mrope_section: expected three whole numbers that sum to half a head (64), got [32, 32]" },
        { "rope_scaling.mrope_section", "[16,24,\"24\"]", "rope_scaling.mrope_section: expected a list of whole numbers from 1 to 1048576, got [16,24,\"24\"]" },
        { "rope_scaling.type", "\"yarn\"", "rope_scaling.type: expected default or mrope, got yarn" },
        { "head_dim", "64", "head_dim: expected hidden_size / num_attention_heads (128), got 64" },
        { "hidden_act", "\"gelu\"", "hidden_act: expected silu, got gelu" },
        { "use_sliding_window", "true", "use_sliding_window: expected false (sliding windows in the decoder aren't supported), got true" },
        { "layer_types", """["full_attention","sliding_attention"]""", "layer_types: expected full_attention in every layer, got sliding_attention" },
        { "attention_dropout", "0.1", "attention_dropout: expected 0 (dropout in attention isn't supported), got 0.1" },
        { "quantization_config", """{"quant_method":"awq"}""", "quantization_config: expected nothing (quantized checkpoints can't be read; use the float32, bfloat16 or float16 one), got a value" },
        { "model_type", "\"qwen2_vl\"", "model_type: expected qwen2_5_vl, got qwen2_vl" },
        { "vision_config.out_hidden_size", "1024", "vision_config.out_hidden_size: expected the decoder's hidden_size (2048), got 1024" },
        { "vision_config.num_heads", "17", "vision_config.num_heads: expected a divisor of hidden_size (1280), got 17" },
        { "vision_config.num_heads", "640", "vision_config.num_heads: expected a count that makes the width of a head a multiple of 4 (now 2), got 640" },
        { "vision_config.hidden_act", "\"quick_gelu\"", "vision_config.hidden_act: expected silu, got quick_gelu" },
        { "vision_config.depth", "31", "vision_config.fullatt_block_indexes: expected indexes below depth (31), got [7, 15, 23, 31]" },
        { "vision_config.window_size", "27", "vision_config.window_size: expected at least patch_size x spatial_merge_size (28), got 27" },
        { "vocab_size", "151656", "video_token_id: expected an id below vocab_size (151656), got 151656" },
        { "image_token_id", "151656", "image_token_id, video_token_id: expected ids that differ, got 151656" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void ASettingThatCannotBeIsRefusedByName(string property, string? value, string message)
    {
        JsonObject json = JsonNode.Parse(Published)!.AsObject();
        Set(json, property, value);
        Assert.Equal($"x/config.json: {message}.",
            Assert.Throws<InvalidDataException>(() => ModelConfiguration.Parse(json.ToJsonString(), "x/config.json")).Message);
    }

    [Fact]
    public void AllFaultsAreToldAtOnce()
    {
        JsonObject json = JsonNode.Parse(Published)!.AsObject();
        Set(json, "num_attention_heads", "15");
        Set(json, "vision_config.out_hidden_size", "1024");
        Set(json, "vision_config.num_heads", "17");
        Assert.Equal("config.json: num_attention_heads: expected a divisor of hidden_size (2048), got 15; "
            + "vision_config.num_heads: expected a divisor of hidden_size (1280), got 17; "
            + "vision_config.out_hidden_size: expected the decoder's hidden_size (2048), got 1024.",
            Assert.Throws<InvalidDataException>(() => ModelConfiguration.Parse(json.ToJsonString())).Message);
    }

    [Theory]
    [InlineData("", "expected a JSON document")]
    [InlineData("""{"hidden_size": 20""", "expected a JSON document")]
    [InlineData("""{"hidden_size": 2048, "hidden_size": 64}""", "expected a JSON document")]
    [InlineData("[1, 2]", "expected a JSON object, got [1, 2].")]
    public void AFileThatIsNotAnObjectIsRefused(string json, string message) =>
        Assert.StartsWith("config.json: " + message, Assert.Throws<InvalidDataException>(() => ModelConfiguration.Parse(json)).Message);

    [Fact]
    public void AnyMutationOfTheSettingsIsReadOrRefusedButNothingElse()
    {
        Random random = new(3);
        int read = 0, refused = 0;
        for (int round = 0; round < 2000; round++)
        {
            char[] text = Published.ToCharArray();
            for (int change = random.Next(1, 4); change > 0; change--)
                text[random.Next(text.Length)] = "{}[]\",:0123456789-etrnul"[random.Next(24)];
            try
            {
                ModelConfiguration.Parse(new string(text)).ToPublishedJson(ScalarType.Float32);
                read++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.Equal(2000, read + refused);
        Assert.InRange(read, 20, 1980);
    }

    [Fact]
    public void AFolderWithoutSettingsIsNamed()
    {
        using TemporaryFolder folder = new();
        Assert.Equal($"{folder.PathOf("config.json")}: not found.",
            Assert.Throws<FileNotFoundException>(() => ModelConfiguration.Load(folder.Path)).Message);
    }

    private static void Set(JsonObject json, string property, string? value)
    {
        string[] path = property.Split('.');
        JsonObject target = path.Length == 1 ? json : json[path[0]]!.AsObject();
        if (value is null)
            target.Remove(path[^1]);
        else
            target[path[^1]] = JsonNode.Parse(value);
    }
}
