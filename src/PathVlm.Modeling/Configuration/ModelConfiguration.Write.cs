using System.Text;
using System.Text.Json;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Configuration;

/// <content>Writing config.json.</content>
public sealed partial record ModelConfiguration
{
    /// <summary>Writes the settings as a published config.json has them: text settings at the top level.</summary>
    /// <param name="type">Type of the weights beside it: float32, bfloat16 or float16 (<c>torch_dtype</c>).</param>
    /// <returns>The text of a config.json that <see cref="Load(string)"/> reads back to the same settings.</returns>
    /// <exception cref="ArgumentException"><paramref name="type"/> is another.</exception>
    public string ToPublishedJson(ScalarType type)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            WriteList(json, "architectures", ["Qwen2_5_VLForConditionalGeneration"], json.WriteStringValue);
            json.WriteString("model_type", "qwen2_5_vl");
            WriteTokens(json);
            WriteText(json);
            WriteVision(json);
            json.WriteString("torch_dtype", NameOf(type));
            json.WriteString("transformers_version", "4.49.0");
            json.WriteBoolean("use_cache", true);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private void WriteTokens(Utf8JsonWriter json)
    {
        if (BosTokenId is { } begin)
            json.WriteNumber("bos_token_id", begin);
        if (EosTokenId is { } end)
            json.WriteNumber("eos_token_id", end);
        json.WriteNumber("image_token_id", ImageTokenId);
        json.WriteNumber("video_token_id", VideoTokenId);
        json.WriteNumber("vision_start_token_id", VisionStartTokenId);
        json.WriteNumber("vision_end_token_id", VisionEndTokenId);
    }

    private void WriteText(Utf8JsonWriter json)
    {
        json.WriteNumber("attention_dropout", 0);
        json.WriteString("hidden_act", "silu");
        json.WriteNumber("hidden_size", Text.HiddenSize);
        json.WriteNumber("initializer_range", 0.02);
        json.WriteNumber("intermediate_size", Text.IntermediateSize);
        json.WriteNumber("max_position_embeddings", Text.MaxPositions);
        json.WriteNumber("max_window_layers", Text.LayerCount);
        json.WriteNumber("num_attention_heads", Text.HeadCount);
        json.WriteNumber("num_hidden_layers", Text.LayerCount);
        json.WriteNumber("num_key_value_heads", Text.KeyValueHeadCount);
        json.WriteNumber("rms_norm_eps", Text.NormEpsilon);
        json.WriteStartObject("rope_scaling");
        json.WriteString("type", "mrope");
        WriteList(json, "mrope_section", Text.RotarySections, json.WriteNumberValue);
        json.WriteEndObject();
        json.WriteNumber("rope_theta", Text.RotaryBase);
        json.WriteNumber("sliding_window", 32768);
        json.WriteBoolean("tie_word_embeddings", Text.TieWordEmbeddings);
        json.WriteBoolean("use_sliding_window", false);
        json.WriteNumber("vocab_size", Text.VocabularySize);
    }

    private void WriteVision(Utf8JsonWriter json)
    {
        json.WriteStartObject("vision_config");
        json.WriteNumber("depth", Vision.Depth);
        WriteList(json, "fullatt_block_indexes", Vision.FullAttentionBlocks, json.WriteNumberValue);
        json.WriteString("hidden_act", "silu");
        json.WriteNumber("hidden_size", Vision.HiddenSize);
        json.WriteNumber("in_channels", Vision.InputChannels);
        json.WriteNumber("in_chans", Vision.InputChannels);
        json.WriteNumber("intermediate_size", Vision.IntermediateSize);
        json.WriteString("model_type", "qwen2_5_vl");
        json.WriteNumber("num_heads", Vision.HeadCount);
        json.WriteNumber("out_hidden_size", Vision.OutputSize);
        json.WriteNumber("patch_size", Vision.PatchSize);
        json.WriteNumber("spatial_merge_size", Vision.SpatialMergeSize);
        json.WriteNumber("spatial_patch_size", Vision.PatchSize);
        json.WriteNumber("temporal_patch_size", Vision.TemporalPatchSize);
        json.WriteNumber("tokens_per_second", Vision.TokensPerSecond);
        json.WriteNumber("window_size", Vision.WindowSize);
        json.WriteEndObject();
    }

    private static void WriteList<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> values, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T value in values)
            write(value);
        json.WriteEndArray();
    }

    private static string NameOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => "float32",
        ScalarType.BFloat16 => "bfloat16",
        ScalarType.Float16 => "float16",
        _ => throw new ArgumentException($"type: expected Float32, BFloat16 or Float16, got {type}.", nameof(type)),
    };
}
