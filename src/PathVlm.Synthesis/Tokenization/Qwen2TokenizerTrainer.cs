using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Processing;

namespace PathVlm.Synthesis.Tokenization;

/// <summary>
/// Trains a byte-level tokenizer with Qwen2's split rule and Qwen2.5-VL's control tokens, and writes it as published checkpoints hold
/// it: tokenizer.json, vocab.json, merges.txt, tokenizer_config.json, chat_template.json.
/// </summary>
public static class Qwen2TokenizerTrainer
{
    private const string ChatTemplate =
        "{% set image_count = namespace(value=0) %}{% for message in messages %}"
        + "{% if loop.first and message['role'] != 'system' %}<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
        + "<|im_start|>{{ message['role'] }}\n{% if message['content'] is string %}{{ message['content'] }}{% else %}"
        + "{% for content in message['content'] %}{% if content['type'] == 'image' or 'image' in content or 'image_url' in content %}"
        + "{% set image_count.value = image_count.value + 1 %}{% if add_vision_id %}Picture {{ image_count.value }}: {% endif %}"
        + "<|vision_start|><|image_pad|><|vision_end|>{% elif 'text' in content %}{{ content['text'] }}{% endif %}{% endfor %}{% endif %}"
        + "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Special =
    [
        "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>",
        "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>",
    ];

    private static readonly string[] Added =
    [
        "<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>",
    ];

    /// <summary>Trains and writes a tokenizer; the result is a function of the arguments.</summary>
    /// <param name="texts">The corpus.</param>
    /// <param name="merges">Merges wanted; 0 or more. Fewer are made where every piece of the corpus has become one token.</param>
    /// <param name="folder">An existing folder.</param>
    /// <returns>The tokenizer, read back from the folder.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="merges"/> is negative.</exception>
    public static Qwen2Tokenizer Train(IEnumerable<string> texts, int merges, string folder)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegative(merges);
        List<(string Left, string Right)> learned = BytePairTrainer.Train(texts, merges);
        List<string> tokens = [.. Qwen2Tokenizer.ByteLetters.Order().Select(letter => letter.ToString())];
        tokens.AddRange(learned.Select(pair => pair.Left + pair.Right).Distinct().Except(tokens));
        JsonObject vocabulary = [];
        for (int id = 0; id < tokens.Count; id++)
            vocabulary.Add(tokens[id], id);

        Write(folder, CheckpointFileNames.Vocabulary,
            vocabulary.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        Write(folder, CheckpointFileNames.Merges,
            "#version: 0.2\n" + string.Join('\n', learned.Select(pair => $"{pair.Left} {pair.Right}")));
        Write(folder, CheckpointFileNames.Tokenizer, Whole(vocabulary, learned, tokens.Count).ToJsonString(Indented));
        Write(folder, CheckpointFileNames.TokenizerConfiguration, Configuration(tokens.Count).ToJsonString(Indented));
        Write(folder, CheckpointFileNames.ChatTemplateJson, new JsonObject { ["chat_template"] = ChatTemplate }.ToJsonString(Indented));
        return Qwen2Tokenizer.Load(folder);
    }

    private static void Write(string folder, string name, string text) => File.WriteAllText(Path.Combine(folder, name), text + "\n");

    private static JsonObject Whole(JsonObject vocabulary, List<(string Left, string Right)> merges, int firstId) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray([.. Controls(firstId).Select(control => Control(control, withId: true))]),
        ["normalizer"] = new JsonObject { ["type"] = "NFC" },
        ["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(
                new JsonObject
                {
                    ["type"] = "Split",
                    ["pattern"] = new JsonObject { ["Regex"] = Qwen2Tokenizer.SplitPattern },
                    ["behavior"] = "Isolated",
                    ["invert"] = false,
                },
                ByteLevel(trimOffsets: true, useRegex: false, prefixSpace: false)),
        },
        ["post_processor"] = null,
        ["decoder"] = ByteLevel(trimOffsets: true, useRegex: true, prefixSpace: true),
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = false,
            ["vocab"] = vocabulary.DeepClone(),
            ["merges"] = new JsonArray([.. merges.Select(pair => new JsonArray(pair.Left, pair.Right))]),
        },
    };

    private static JsonObject ByteLevel(bool trimOffsets, bool useRegex, bool prefixSpace) => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = prefixSpace,
        ["trim_offsets"] = trimOffsets,
        ["use_regex"] = useRegex,
    };

    private static JsonObject Configuration(int firstId)
    {
        JsonObject decoder = [];
        foreach ((string Token, int Id, bool Special) control in Controls(firstId))
            decoder.Add(control.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), Control(control, withId: false));
        return new JsonObject
        {
            ["add_bos_token"] = false,
            ["add_prefix_space"] = false,
            ["added_tokens_decoder"] = decoder,
            ["additional_special_tokens"] = new JsonArray([.. Special.Skip(1).Select(token => JsonValue.Create(token))]),
            ["bos_token"] = null,
            ["chat_template"] = ChatTemplate,
            ["clean_up_tokenization_spaces"] = false,
            ["eos_token"] = "<|im_end|>",
            ["errors"] = "replace",
            ["model_max_length"] = 131072,
            ["pad_token"] = "<|endoftext|>",
            ["split_special_tokens"] = false,
            ["tokenizer_class"] = "Qwen2Tokenizer",
            ["unk_token"] = null,
        };
    }

    private static JsonObject Control((string Token, int Id, bool Special) control, bool withId)
    {
        JsonObject token = [];
        if (withId)
            token.Add("id", control.Id);
        token.Add("content", control.Token);
        foreach (string flag in (string[])["single_word", "lstrip", "rstrip", "normalized"])
            token.Add(flag, false);
        token.Add("special", control.Special);
        return token;
    }

    private static IEnumerable<(string Token, int Id, bool Special)> Controls(int firstId) =>
        Special.Concat(Added).Select((token, index) => (token, firstId + index, index < Special.Length));
}
