using System.Text.Json;
using PathVlm.Modeling.Processing;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Processing;

public class Qwen2TokenizerTests
{
    public static TheoryData<string> Folders =>
        [.. Directory.EnumerateDirectories(ReferenceSet.Folder).Where(folder => File.Exists(Path.Combine(folder, "tokenizer.json")))
            .Select(folder => Path.GetFileName(folder))];

    [Theory, MemberData(nameof(Folders))]
    public void EveryReferenceCaseHasEqualIdsAndTexts(string folder)
    {
        AssertCases(Qwen2Tokenizer.Load(ReferenceSet.PathOf(folder)));
    }

    [Theory, MemberData(nameof(Folders))]
    public void VocabularyAndMergesFilesGiveEqualIds(string folder)
    {
        if (!File.Exists(ReferenceSet.PathOf(folder, "vocab.json"))) return;
        using TemporaryFolder copy = new();
        foreach (string name in (string[])["vocab.json", "merges.txt", "tokenizer_config.json"])
            File.Copy(ReferenceSet.PathOf(folder, name), Path.Combine(copy.Path, name));
        AssertCases(Qwen2Tokenizer.Load(copy.Path));
    }

    private static void AssertCases(Qwen2Tokenizer tokenizer)
    {
        foreach (JsonElement row in ReferenceJson.Read("tokenizer", "cases.json").EnumerateArray())
        {
            string text = row.GetProperty("text").GetString()!;
            int[] expected = [.. row.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            Assert.Equal((text, string.Join(' ', expected)), (text, string.Join(' ', tokenizer.Encode(text))));
            Assert.Equal(row.GetProperty("decoded").GetString(), tokenizer.Decode(expected));
            Assert.Equal(row.GetProperty("decoded_without_special").GetString(), tokenizer.Decode(expected, skipSpecial: true));
            if (!expected.Any(tokenizer.IsControl)) Assert.Equal(expected, tokenizer.EncodePlain(text));
        }
    }
}
