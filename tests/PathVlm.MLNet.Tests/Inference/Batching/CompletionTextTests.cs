using PathVlm.MLNet.Inference.Batching;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.Modeling.Processing;

namespace PathVlm.MLNet.Tests.Inference.Batching;

public sealed class CompletionTextTests
{
    private static readonly Qwen2Tokenizer Tokenizer = Qwen2Tokenizer.Load(TinyCheckpoint.Folder);

    [Theory]
    [InlineData("keratin pearl, then more", new[] { "then" }, "keratin pearl, ")]
    [InlineData("aaab", new[] { "aab" }, "a")]
    [InlineData("one two three", new[] { "three", "two" }, "one ")]
    [InlineData("no stop here", new[] { "hereafter" }, "no stop here")]
    [InlineData("\U0001F52C stop", new[] { "\U0001F52C" }, "")]
    public void TheTextEndsBeforeTheFirstStopText(string text, string[] stops, string expected)
    {
        CompletionText completion = new(Tokenizer, stops);
        string told = "";
        foreach (int id in Tokenizer.EncodePlain(text))
        {
            if (completion.IsStopped) break;
            told += completion.Append(id);
            Assert.StartsWith(told, expected, StringComparison.Ordinal);
        }

        Assert.Equal(expected, told + completion.Finish());
        Assert.Equal(stops.Any(stop => text.Contains(stop, StringComparison.Ordinal)), completion.IsStopped);
    }
}
