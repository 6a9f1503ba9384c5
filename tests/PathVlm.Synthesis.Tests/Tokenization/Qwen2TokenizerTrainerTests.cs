using System.Text.Json;
using PathVlm.Modeling.Processing;
using PathVlm.Synthesis.Tokenization;
using PathVlm.Testing;

namespace PathVlm.Synthesis.Tests.Tokenization;

public sealed class Qwen2TokenizerTrainerTests
{
    [Fact]
    public void TheMostFrequentPairIsMergedFirstAndTiesGoToOrdinalOrder()
    {
        // "ab" 3 times, "cd" and "xy" twice each; then whole pieces.
        List<(string, string)> merges = BytePairTrainer.Train(["ab\ncd\nxy\nab\ncd\nxy\nab"], 3);
        Assert.Equal([("a", "b"), ("c", "d"), ("x", "y")], merges);
    }

    [Fact]
    public void APieceThatRepeatsALetterIsMergedFromTheLeft()
    {
        Assert.Equal([("a", "a"), ("aa", "a")], BytePairTrainer.Train(["aaa"], 5));
    }

    [Fact]
    public void ATrainedTokenizerLoadsRoundTripsAndKnowsTheControlTokens()
    {
        using TemporaryFolder folder = new();
        string[] texts = ["Keratin pearls are seen.\nA) keratin pearls", "The nuclei are round, 12 µm; naïve 细胞 🔬"];
        Qwen2Tokenizer tokenizer = Qwen2TokenizerTrainer.Train(texts, 40, folder.Path);
        Assert.Equal(256 + 40 + 22, tokenizer.VocabularyCount);
        foreach (string text in texts)
            Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
        Assert.Equal([tokenizer.IdOf("<|im_start|>")!.Value], tokenizer.Encode("<|im_start|>"));
        Assert.True(tokenizer.IsControl(tokenizer.IdOf("<|image_pad|>")!.Value));
    }

    [Fact]
    public void TheSplitFilesGiveTheSameIdsAsTheWholeOne()
    {
        using TemporaryFolder folder = new();
        string text = "The stroma is fibrous; the stroma is pink.";
        int[] whole = Qwen2TokenizerTrainer.Train([text], 30, folder.Path).Encode(text);
        File.Delete(folder.PathOf("tokenizer.json"));
        Assert.Equal(whole, Qwen2Tokenizer.Load(folder.Path).Encode(text));
    }

    [Fact]
    public void TheFilesAreLaidOutAsThoseOfThePublishedCheckpoints()
    {
        using TemporaryFolder folder = new();
        Qwen2TokenizerTrainer.Train(["abc abc"], 2, folder.Path);
        string reference = ReferenceSet.PathOf("tiny-qwen2.5-vl");
        foreach (string name in (string[])["tokenizer.json", "tokenizer_config.json", "chat_template.json"])
            Assert.Equal(Keys(Path.Combine(reference, name)), Keys(folder.PathOf(name)));
    }

    private static List<string> Keys(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        List<string> keys = [];
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            keys.Add(property.Name);
            if (property.Name == "model")
                keys.AddRange(property.Value.EnumerateObject().Select(inner => "model." + inner.Name));
        }
        return [.. keys.Order(StringComparer.Ordinal)];
    }
}
