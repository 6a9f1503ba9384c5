using System.Text.Json.Nodes;
using PathVlm.Modeling.Processing;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Processing;

/// <summary>A checkpoint's files that are each right but do not fit each other are refused when the processor is opened.</summary>
public sealed class CheckpointFitTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly string _folder;

    public CheckpointFitTests() => _folder = _temporary.CopyOf(ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]));

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("config.json", "eos_token_id", "eos_token_id: expected an id below vocab_size (")]
    [InlineData("generation_config.json", "eos_token_id", "eos_token_id: expected ids below vocab_size (")]
    public void AnEndTokenPastTheTableIsRefused(string file, string property, string expected)
    {
        Edit(file, root => root[property] = 100_000_000);
        AssertRefused(expected);
    }

    [Theory]
    [InlineData("image_token_id")]
    [InlineData("video_token_id")]
    [InlineData("vision_start_token_id")]
    [InlineData("vision_end_token_id")]
    public void ASpecialTokenThatWasMovedIsRefused(string name)
    {
        Edit("config.json", root => root[name] = 1);
        AssertRefused($"{name}: expected ");
    }

    [Fact]
    public void ATokenizerLargerThanTheTableIsRefused()
    {
        int next = Qwen2Tokenizer.Load(_folder).VocabularyCount + 5_000_000;
        Edit("tokenizer.json", root => root["added_tokens"]!.AsArray().Add(new JsonObject { ["id"] = next, ["content"] = "<far>" }));
        AssertRefused($"vocab_size: expected at least {next + 1} ids, as the tokenizer has, got ");
    }

    [Fact]
    public void PatchesThatTheModelDoesNotTakeAreRefused()
    {
        Edit("preprocessor_config.json", root => root["patch_size"] = 7);
        AssertRefused("patch_size: expected 14, as config.json says, got 7");
    }

    [Theory]
    [InlineData("config.json", "x")]
    [InlineData("tokenizer.json", "x")]
    [InlineData("preprocessor_config.json", "x")]
    public void HalfASurrogatePairIsRefusedByName(string file, string property)
    {
        string path = Path.Combine(_folder, file), text = File.ReadAllText(path).TrimStart();
        foreach (string half in new[] { $$"""{"{{property}}": "\ud800",""", """{"\uDC00": 1,""" })
        {
            File.WriteAllText(path, half + text[1..]);
            Assert.Equal($"{path}: expected valid Unicode text, got half a surrogate pair.", Load().Message);
        }
    }

    [Fact]
    public void AMergeThatStandsTwiceIsRefused()
    {
        Edit("tokenizer.json", root =>
        {
            JsonArray merges = root["model"]!["merges"]!.AsArray();
            merges.Add(merges[0]!.DeepClone());
        });
        AssertRefused("stands there twice.");
    }

    [Fact]
    public void MoreAddedTokensThanAnyTokenizerHasAreRefused()
    {
        Edit("tokenizer.json", root =>
        {
            JsonArray added = root["added_tokens"]!.AsArray();
            for (int index = 0; index < 10_001; index++)
                added.Add(new JsonObject { ["id"] = 1_000_000 + index, ["content"] = $"<{index}>" });
        });
        AssertRefused("added tokens: expected at most 10000, got ");
    }

    [Fact]
    public void AMessageIsOneLineWhateverTheFileHolds()
    {
        string huge = new('x', 1_000_000);
        Edit("tokenizer.json", root => root["model"]!["type"] = huge + "\n");
        Assert.InRange(Load().Message.Length, 1, 300);
        Edit("config.json", root => root["model_type"] = huge);
        Assert.InRange(Load().Message.Length, 1, 300);
    }

    private InvalidDataException Load() => Assert.Throws<InvalidDataException>(() => Qwen25VlProcessor.Load(_folder));

    private void AssertRefused(string expected) => Assert.Contains(expected, Load().Message, StringComparison.Ordinal);

    private void Edit(string file, Action<JsonObject> edit)
    {
        string path = Path.Combine(_folder, file);
        JsonObject root = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        edit(root);
        File.WriteAllText(path, root.ToJsonString());
    }
}
