using System.Text.Json;
using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Processing.Tokenization;

/// <summary>
/// Reads a checkpoint's tokenizer: tokenizer.json, or vocab.json with merges.txt; in both cases tokens that only
/// tokenizer_config.json adds (<c>added_tokens_decoder</c>) are added.
/// </summary>
internal static class TokenizerFiles
{
    private const string Whole = CheckpointFileNames.Tokenizer, Configuration = CheckpointFileNames.TokenizerConfiguration;
    private const string Vocabulary = CheckpointFileNames.Vocabulary, Merges = CheckpointFileNames.Merges;

    public static TokenizerDefinition Load(CheckpointSource source)
    {
        source.RequireLocation();
        bool isSplit = !source.Contains(Whole);
        if (isSplit && !(source.Contains(Vocabulary) && source.Contains(Merges)))
        {
            throw new FileNotFoundException(
                $"{source.Location}: expected a tokenizer, {Whole} or {Vocabulary} with {Merges}; got neither.", source.PathOf(Whole));
        }

        TokenizerDefinition definition = isSplit ? LoadSplit(source) : LoadWhole(source);
        if (source.Contains(Configuration)) definition = WithConfiguration(definition, source);
        return definition.Checked(source.PathOf(isSplit ? Vocabulary : Whole));
    }

    private static TokenizerDefinition LoadWhole(CheckpointSource source)
    {
        using TokenizerJson file = TokenizerJson.Open(source, Whole);
        JsonElement model = file.Get(file.Root, "model", JsonValueKind.Object);
        string type = file.GetText(model, "model.type", "BPE");
        if (type != "BPE") throw file.Fault("model.type", $"'{MessageLine.Value(type)}'", "'BPE'");
        TokenizerScheme scheme = TokenizerScheme.Read(file, model);

        JsonElement list = file.Get(model, "model.merges", JsonValueKind.Array);
        List<string> merges = new(list.GetArrayLength());
        foreach (JsonElement merge in list.EnumerateArray()) merges.Add(file.MergeOf(merge, merges.Count));
        JsonElement vocabulary = file.Get(model, "model.vocab", JsonValueKind.Object);
        return new TokenizerDefinition(
            file.IdsOf(vocabulary, "model.vocab"), merges, [.. file.AddedTokens()], scheme.Normalizes, scheme.IgnoresMerges);
    }

    private static TokenizerDefinition LoadSplit(CheckpointSource source)
    {
        using TokenizerJson file = TokenizerJson.Open(source, Vocabulary);
        // Split at line feeds only: other line breaks of Unicode may be letters of the alphabet. The first line tells the version.
        List<string> merges = [];
        foreach (string line in source.ReadText(Merges).Split('\n').Select(line => line.TrimEnd('\r')))
            if (line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal)) merges.Add(line);
        return new TokenizerDefinition(file.IdsOf(file.Root, "the file"), merges, [], Normalizes: true, IgnoresMerges: false);
    }

    private static TokenizerDefinition WithConfiguration(TokenizerDefinition definition, CheckpointSource source)
    {
        using TokenizerJson file = TokenizerJson.Open(source, Configuration);
        HashSet<string> known = [.. definition.Added.Select(token => token.Content)];
        AddedToken[] more = [.. file.AddedTokensOfConfiguration().Where(token => !known.Contains(token.Content))];
        return more.Length == 0 ? definition : definition with { Added = [.. definition.Added, .. more] };
    }
}
