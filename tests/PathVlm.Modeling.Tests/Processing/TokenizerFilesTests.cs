using System.Text.Json;
using System.Text.Json.Nodes;
using PathVlm.Modeling.Processing;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Processing;

public sealed class TokenizerFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _source = ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void MergesAsTextAndAsPairsGiveEqualIds()
    {
        JsonObject file = Read();
        JsonArray merges = file["model"]!["merges"]!.AsArray();
        bool isPairs = merges[0] is JsonArray;
        JsonNode[] other = [.. merges.Select(merge => isPairs
            ? JsonValue.Create($"{merge![0]} {merge[1]}")
            : (JsonNode)new JsonArray([.. merge!.ToString().Split(' ').Select(part => JsonValue.Create(part))]))];
        file["model"]!["merges"] = new JsonArray(other);
        Write(file);

        string text = "Keratin pearls and intercellular bridges point to squamous differentiation.";
        Assert.Equal(Qwen2Tokenizer.Load(_source).Encode(text), Qwen2Tokenizer.Load(_folder.Path).Encode(text));
    }

    [Fact]
    public void TokensThatOnlyTheConfigurationAddsAreAdded()
    {
        Write(Read());
        int next = Qwen2Tokenizer.Load(_source).VocabularyCount;
        File.WriteAllText(_folder.PathOf("tokenizer_config.json"), $$"""
            {"added_tokens_decoder": {"{{next}}": {"content": "<slide>", "special": true, "lstrip": true} } }
            """);
        Qwen2Tokenizer tokenizer = Qwen2Tokenizer.Load(_folder.Path);
        int[] plain = tokenizer.Encode("a");
        Assert.Equal([.. plain, next, .. tokenizer.Encode(" b")], tokenizer.Encode("a  <slide> b"));
        Assert.True(tokenizer.IsControl(next));
        Assert.Equal("a b", tokenizer.Decode(tokenizer.Encode("a <slide> b"), skipSpecial: true));
    }

    [Theory]
    [InlineData("model.type", "\"WordPiece\"", "model.type: expected 'BPE', got 'WordPiece'")]
    [InlineData("model.vocab", "null", "model.vocab: expected an object, got null")]
    [InlineData("model.vocab", "{\"a\": \"x\"}", "model.vocab[\"a\"]: expected an id (a whole number from 0), got \"x\"")]
    [InlineData("model.vocab", "{\"a\": -1}", "model.vocab[\"a\"]: expected an id (a whole number from 0), got -1")]
    [InlineData("model.vocab", "{\"a\": 0}", "lacks the byte letter")]
    [InlineData("model.merges", "[\"a\"]", "merge 0: expected two byte-level tokens with one blank between, got 'a'")]
    [InlineData("model.merges", "[\"a b c\"]", "merge 0: expected two byte-level tokens with one blank between, got 'a b c'")]
    [InlineData("model.merges", "[3]", "model.merges[0]: expected \"left right\" or [\"left\", \"right\"], got 3")]
    [InlineData("model.merges", "[[\"a\", \"zzzz\"]]", "merge 0 'a zzzz' needs the token 'zzzz'")]
    [InlineData("model.dropout", "0.1", "model.dropout: expected null or 0, got 0.1")]
    [InlineData("model.end_of_word_suffix", "\"</w>\"", "model.end_of_word_suffix: expected null or ")]
    [InlineData("model.ignore_merges", "3", "model.ignore_merges: expected true or false, got a number")]
    [InlineData("normalizer", "{\"type\": \"Lowercase\"}", "normalizer.type: expected 'NFC' or no normalizer, got 'Lowercase'")]
    [InlineData("pre_tokenizer", "{\"type\": \"Whitespace\"}", "pre_tokenizer.pretokenizers: expected a list, got nothing")]
    [InlineData("pre_tokenizer", "null", "pre_tokenizer: expected an object, got null")]
    [InlineData("added_tokens", "[{\"id\": 3, \"content\": \"<x>\"}]", "have the same id 3")]
    [InlineData("added_tokens", "[{\"id\": 9999, \"content\": \"\"}]", "added_tokens[0].content: expected text, got an empty text")]
    [InlineData("added_tokens", "[{\"id\": 999999999, \"content\": \"<x>\"}]", "token '<x>': expected an id from 0 to 16777216, got 999999999")]
    [InlineData("added_tokens", "[7]", "added_tokens[0].id: expected a number, got nothing")]
    public void AFaultNamesFilePropertyExpectedAndFound(string property, string value, string expected)
    {
        JsonObject file = Read();
        JsonObject parent = property.StartsWith("model.", StringComparison.Ordinal) ? file["model"]!.AsObject() : file;
        parent[property.Split('.')[^1]] = JsonNode.Parse(value);
        Write(file);
        string message = Assert.Throws<InvalidDataException>(() => Qwen2Tokenizer.Load(_folder.Path)).Message;
        Assert.Contains("tokenizer.json", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnotherSplitRuleIsRefused()
    {
        JsonObject file = Read();
        file["pre_tokenizer"]!["pretokenizers"]![0]!["pattern"]!["Regex"] = @"\w+";
        Write(file);
        string message = Assert.Throws<InvalidDataException>(() => Qwen2Tokenizer.Load(_folder.Path)).Message;
        Assert.Contains(@"pattern.Regex: expected Qwen2's rule", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACutFileIsRefusedByName()
    {
        string text = File.ReadAllText(Path.Combine(_source, "tokenizer.json"));
        File.WriteAllText(_folder.PathOf("tokenizer.json"), text[..(text.Length / 2)]);
        string message = Assert.Throws<InvalidDataException>(() => Qwen2Tokenizer.Load(_folder.Path)).Message;
        Assert.Contains("tokenizer.json: expected a JSON document", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATokenNamedTwiceIsRefused()
    {
        File.WriteAllText(_folder.PathOf("vocab.json"), "{\"a\": 0, \"a\": 1}");
        File.WriteAllText(_folder.PathOf("merges.txt"), "#version: 0.2\n");
        Assert.Contains("vocab.json", Assert.Throws<InvalidDataException>(() => Qwen2Tokenizer.Load(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFolderWithoutTokenizerSaysWhatItTakes()
    {
        string message = Assert.Throws<FileNotFoundException>(() => Qwen2Tokenizer.Load(_folder.Path)).Message;
        Assert.Contains("expected a tokenizer, tokenizer.json or vocab.json with merges.txt", message, StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => Qwen2Tokenizer.Load(_folder.PathOf("none")));
    }

    private JsonObject Read() => JsonNode.Parse(File.ReadAllText(Path.Combine(_source, "tokenizer.json")))!.AsObject();

    private void Write(JsonObject file) => File.WriteAllText(_folder.PathOf("tokenizer.json"), file.ToJsonString(new JsonSerializerOptions()));
}
