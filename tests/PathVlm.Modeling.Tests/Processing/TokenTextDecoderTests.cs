using PathVlm.Modeling.Processing;
using PathVlm.Testing;

namespace PathVlm.Modeling.Tests.Processing;

public sealed class TokenTextDecoderTests
{
    private static readonly Qwen2Tokenizer Tokenizer = Qwen2Tokenizer.Load(ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]));

    [Theory]
    [InlineData("keratin pearls, 40x")]
    [InlineData("größer als 5 µm — \U0001F52C 角化珠 a\u0301")]
    [InlineData("<think>a</think>\n<answer>A) b</answer><|im_end|>")]
    public void TheTextOfIdsOneByOneIsTheTextOfAll(string text)
    {
        int[] ids = Tokenizer.Encode(text);
        TokenTextDecoder decoder = new(Tokenizer);
        string[] parts = [.. ids.Select(decoder.Append)];
        Assert.Equal(Tokenizer.Decode(ids, skipSpecial: true), string.Concat(parts) + decoder.Finish());
        Assert.DoesNotContain(parts, part => part.Contains('\uFFFD', StringComparison.Ordinal));
    }

    [Fact]
    public void RandomIdsGiveTheSameTextAsTogether()
    {
        Random random = new(3);
        for (int round = 0; round < 200; round++)
        {
            int[] ids = [.. Enumerable.Range(0, 30).Select(_ => random.Next(Tokenizer.VocabularyCount + 5))];
            TokenTextDecoder decoder = new(Tokenizer);
            Assert.Equal(Tokenizer.Decode(ids, skipSpecial: true), string.Concat(ids.Select(decoder.Append)) + decoder.Finish());
        }
    }

    [Fact]
    public void BytesThatNeverBecomeACharacterAreToldAtTheEnd()
    {
        int[] half = [.. Tokenizer.Encode("\U0001F52C").SkipLast(1)];
        TokenTextDecoder decoder = new(Tokenizer);
        Assert.All(half, id => Assert.Equal("", decoder.Append(id)));
        Assert.Equal("\uFFFD", decoder.Finish());
    }
}
