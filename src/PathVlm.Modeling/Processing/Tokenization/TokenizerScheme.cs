using System.Text.Json;
using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Processing.Tokenization;

/// <summary>
/// The parts of a tokenizer.json around its byte pairs. Qwen2's are understood: form C or none, Qwen2's split rule, byte level. A file
/// that asks for something else is refused, since it would silently give other ids.
/// </summary>
internal sealed record TokenizerScheme(bool Normalizes, bool IgnoresMerges)
{
    public static TokenizerScheme Read(TokenizerJson file, JsonElement model)
    {
        bool normalizes = ReadNormalizer(file);
        CheckPreTokenizer(file);
        if (TokenizerJson.Find(model, "dropout") is { ValueKind: JsonValueKind.Number } dropout && dropout.GetDouble() != 0)
            throw file.Fault("model.dropout", StrictJson.Describe(dropout), "null or 0");
        foreach (string affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
            if (TokenizerJson.Find(model, affix) is { ValueKind: not JsonValueKind.Null } value && value.GetRawText() != "\"\"")
                throw file.Fault($"model.{affix}", StrictJson.Describe(value), "null or \"\"");
        return new TokenizerScheme(normalizes, file.GetFlag(model, "model.ignore_merges"));
    }

    private static bool ReadNormalizer(TokenizerJson file)
    {
        if (TokenizerJson.Find(file.Root, "normalizer") is not { ValueKind: not JsonValueKind.Null } normalizer) return false;
        string type = file.GetText(normalizer, "normalizer.type");
        return type == "NFC" ? true : throw file.Fault("normalizer.type", $"'{MessageLine.Value(type)}'", "'NFC' or no normalizer");
    }

    private static void CheckPreTokenizer(TokenizerJson file)
    {
        JsonElement preTokenizer = file.Get(file.Root, "pre_tokenizer", JsonValueKind.Object);
        JsonElement steps = file.Get(preTokenizer, "pre_tokenizer.pretokenizers", JsonValueKind.Array);
        if (steps.GetArrayLength() != 2)
            throw file.Fault("pre_tokenizer.pretokenizers", $"{steps.GetArrayLength()} steps", "Split and ByteLevel");
        const string Step = "pre_tokenizer.pretokenizers.";
        string first = file.GetText(steps[0], Step + "type"), second = file.GetText(steps[1], Step + "type");
        if (first != "Split" || second != "ByteLevel")
        {
            throw file.Fault(
                "pre_tokenizer.pretokenizers", $"{MessageLine.Value(first)} and {MessageLine.Value(second)}", "Split and ByteLevel");
        }

        JsonElement pattern = file.Get(steps[0], Step + "pattern", JsonValueKind.Object);
        string rule = file.GetText(pattern, Step + "pattern.Regex");
        if (rule != QwenSplitter.Pattern)
        {
            throw file.Fault(
                Step + "pattern.Regex", $"'{MessageLine.Value(rule)}'", $"Qwen2's rule '{QwenSplitter.Pattern}'");
        }

        if (file.GetFlag(steps[1], Step + "add_prefix_space") || file.GetFlag(steps[1], Step + "use_regex"))
            throw file.Fault(Step + "ByteLevel", "add_prefix_space or use_regex true", "both false");
    }
}
