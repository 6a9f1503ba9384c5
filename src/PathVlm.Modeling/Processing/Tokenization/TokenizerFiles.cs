using System.Text;
using System.Text.Json;

namespace PathVlm.Modeling.Processing.Tokenization;

/// <summary>
/// Reads a tokenizer from a checkpoint folder: tokenizer.json, or vocab.json with merges.txt; in both cases tokens that only
/// tokenizer_config.json adds (<c>added_tokens_decoder</c>) are added.
/// </summary>
internal static class TokenizerFiles
{
    public const string Whole = "tokenizer.json", Vocabulary = "vocab.json", Merges = "merges.txt", Configuration = "tokenizer_config.json";

    public static TokenizerDefinition Load(string folder)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"checkpoint folder '{folder}' was not found");
        string whole = Path.Combine(folder, Whole), vocabulary = Path.Combine(folder, Vocabulary), merges = Path.Combine(folder, Merges);
        bool isSplit = !File.Exists(whole);
        if (isSplit && !(File.Exists(vocabulary) && File.Exists(merges)))
            throw new FileNotFoundException($"folder '{folder}' has no tokenizer: takes {Whole}, or {Vocabulary} and {Merges}", whole);

        TokenizerDefinition definition = isSplit ? LoadSplit(vocabulary, merges) : LoadWhole(whole);
        string configuration = Path.Combine(folder, Configuration);
        if (File.Exists(configuration)) definition = WithConfiguration(definition, configuration);
        return definition.Checked(isSplit ? vocabulary : whole);
    }

    private static TokenizerDefinition LoadWhole(string path)
    {
        using TokenizerJson file = TokenizerJson.Open(path);
        JsonElement model = file.Get(file.Root, "model", JsonValueKind.Object);
        string type = file.GetText(model, "model.type", "BPE");
        if (type != "BPE") throw file.Fault("model.type", $"'{type}'", "'BPE'");
        TokenizerScheme scheme = TokenizerScheme.Read(file, model);

        JsonElement list = file.Get(model, "model.merges", JsonValueKind.Array);
        List<string> merges = new(list.GetArrayLength());
        foreach (JsonElement merge in list.EnumerateArray()) merges.Add(file.MergeOf(merge, merges.Count));
        JsonElement vocabulary = file.Get(model, "model.vocab", JsonValueKind.Object);
        return new TokenizerDefinition(
            file.IdsOf(vocabulary, "model.vocab"), merges, [.. file.AddedTokens()], scheme.Normalizes, scheme.IgnoresMerges);
    }

    private static TokenizerDefinition LoadSplit(string vocabularyPath, string mergesPath)
    {
        using TokenizerJson file = TokenizerJson.Open(vocabularyPath);
        string text;
        try
        {
            text = File.ReadAllText(mergesPath, new UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException($"{mergesPath}: not UTF-8 text", exception);
        }

        // Split at line feeds only: other line breaks of Unicode may be letters of the alphabet. The first line tells the version.
        List<string> merges = [];
        foreach (string line in text.Split('\n').Select(line => line.TrimEnd('\r')))
            if (line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal)) merges.Add(line);
        return new TokenizerDefinition(file.IdsOf(file.Root, "the file"), merges, [], Normalizes: true, IgnoresMerges: false);
    }

    private static TokenizerDefinition WithConfiguration(TokenizerDefinition definition, string path)
    {
        using TokenizerJson file = TokenizerJson.Open(path);
        HashSet<string> known = [.. definition.Added.Select(token => token.Content)];
        AddedToken[] more = [.. file.AddedTokensOfConfiguration().Where(token => !known.Contains(token.Content))];
        return more.Length == 0 ? definition : definition with { Added = [.. definition.Added, .. more] };
    }
}
