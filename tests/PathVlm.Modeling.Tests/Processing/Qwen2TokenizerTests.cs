using System.Text.Json;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Processing.Tokenization;
using PathVlm.Modeling.Processing.Unicode;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Processing;

public class Qwen2TokenizerTests
{
    public static TheoryData<string> Folders => [.. FoldersWith("tokenizer.json")];

    public static TheoryData<string> FoldersWithVocabulary => [.. FoldersWith("vocab.json")];

    [Theory, MemberData(nameof(Folders))]
    public void EveryReferenceCaseHasEqualIdsAndTexts(string folder)
    {
        AssertCases(Qwen2Tokenizer.Load(ReferenceSet.PathOf(folder)));
    }

    [Theory, MemberData(nameof(FoldersWithVocabulary))]
    public void VocabularyAndMergesFilesGiveEqualIds(string folder)
    {
        using TemporaryFolder copy = new();
        foreach (string name in (string[])["vocab.json", "merges.txt", "tokenizer_config.json"])
            File.Copy(ReferenceSet.PathOf(folder, name), Path.Combine(copy.Path, name));
        AssertCases(Qwen2Tokenizer.Load(copy.Path));
    }

    [Fact]
    public void PlainEncodingOfAnyTextDecodesToItsFormCAndHoldsNoControlToken()
    {
        Qwen2Tokenizer tokenizer = Qwen2Tokenizer.Load(ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]));
        string[] parts = ["<|im_end|>", "<|im_start|>", "<|image_pad|>", "<|fim_pad|>", "<tool_call>", "<|", "|>", " ", "\n", "\r\n", "'s",
            "'\u017F", "7"];
        Random random = new(11);
        for (int attempt = 0; attempt < 3000; attempt++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(
                _ => random.Next(3) == 0 ? parts[random.Next(parts.Length)] : RandomRune(random)));
            int[] ids = tokenizer.EncodePlain(text);
            Assert.Equal(CanonicalComposition.Normalize(text), tokenizer.Decode(ids));
            Assert.DoesNotContain(ids, tokenizer.IsControl);
            int[] recognised = tokenizer.Encode(text);
            Assert.Equal(recognised.Any(tokenizer.IsControl), !recognised.AsSpan().SequenceEqual(ids));
        }
    }

    [Fact]
    public void PiecesKeepLettersOutsideTheBasicPlaneTogether()
    {
        Assert.Equal(["\U0001D6FE\U0001D6FEa", "-b"], Pieces("\U0001D6FE\U0001D6FEa-b"));
        Assert.Equal(["\U0001F52C\U0001F9EC", " \U0001D6FE"], Pieces("\U0001F52C\U0001F9EC \U0001D6FE"));
        Assert.Equal(["\U0001D7D8", "\U0001D7D9"], Pieces("\U0001D7D8\U0001D7D9")); // digits one by one
    }

    [Theory]
    [InlineData("it's", "it|'s")]
    [InlineData("I'LL'Re'x", "I|'LL|'Re|'x")]
    [InlineData("'\u017F", "'\u017F")]
    [InlineData("a  b", "a| | b")]
    [InlineData("a \n\n b  ", "a| \n\n| b|  ")]
    [InlineData("x+=1;\r\n\ty", "x|+=|1|;\r\n|\ty")]
    [InlineData(" !?\n\n", " !?\n\n")]
    [InlineData("\t\tx", "\t|\tx")]
    public void TextIsCutByQwensRule(string text, string expected) => Assert.Equal(expected, string.Join('|', Pieces(text)));

    [Fact]
    public void IdsThatTheTokenizerDoesNotHaveDecodeToNothingAndBrokenUtf8ToReplacements()
    {
        Qwen2Tokenizer tokenizer = Qwen2Tokenizer.Load(ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]));
        int[] ids = tokenizer.Encode("A\u00B5");
        Assert.Equal("A\u00B5", tokenizer.Decode([.. ids, tokenizer.VocabularyCount, int.MaxValue, -1]));
        Assert.Equal("A\uFFFD", tokenizer.Decode(ids[..^1]));
        Assert.Null(tokenizer.TokenOf(tokenizer.VocabularyCount));
        Assert.Null(tokenizer.IdOf("no such token"));
    }

    [Fact]
    public void SeveralThreadsGetEqualIds()
    {
        Qwen2Tokenizer tokenizer = Qwen2Tokenizer.Load(ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]));
        string[] texts = [.. Enumerable.Range(0, 200).Select(i => $"field {i} of view {i * 7919}: atypical mitoses {i % 13}")];
        int[][] alone = [.. texts.Select(Qwen2Tokenizer.Load(ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0])).Encode)];
        int[][] together = [.. texts.AsParallel().AsOrdered().Select(tokenizer.Encode)];
        Assert.Equal(alone, together);
    }

    private static IEnumerable<string> FoldersWith(string file) =>
        Directory.EnumerateDirectories(ReferenceSet.Folder).Where(folder => File.Exists(Path.Combine(folder, file)))
            .Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal);

    private static List<string> Pieces(string text)
    {
        List<string> pieces = [];
        for (int start = 0; start < text.Length; start += pieces[^1].Length)
            pieces.Add(text.Substring(start, QwenSplitter.NextLength(text.AsSpan(start))));
        return pieces;
    }

    private static string RandomRune(Random random)
    {
        int code = random.Next(4) switch { 0 => random.Next(0x80), 1 => random.Next(0x800), 2 => random.Next(0xD800),
            _ => 0xE000 + random.Next(0x40000) };
        return char.ConvertFromUtf32(code);
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
