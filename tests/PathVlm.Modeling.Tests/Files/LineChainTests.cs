using System.Text;
using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Tests.Files;

public sealed class LineChainTests
{
    private static readonly string[] Lines = ["{\"row\":0,\"text\":\"a\"}", "{\"row\":1,\"text\":\"b\"}", "{\"row\":2,\"text\":\"c\"}"];

    [Fact]
    public void SealedLinesAreJsonAndAccepted()
    {
        byte[] file = Sealed();
        Assert.True(IsAccepted(file));
        Assert.Equal("b", System.Text.Json.JsonDocument.Parse(Encoding.UTF8.GetString(file).Split('\n')[1]).RootElement
            .GetProperty("text").GetString());
    }

    [Fact]
    public void AnyFlippedBitIsFoundTheLastLinesToo()
    {
        byte[] file = Sealed();
        for (int place = 0; place < file.Length; place++)
        {
            if (file[place] == (byte)'\n') continue;
            byte[] flipped = [.. file];
            flipped[place] ^= 1;
            Assert.False(IsAccepted(flipped), $"byte {place}");
        }
    }

    [Fact]
    public void ALineThatWasRemovedOrAddedIsFound()
    {
        string[] lines = Encoding.UTF8.GetString(Sealed()).TrimEnd('\n').Split('\n');
        Assert.False(IsAccepted(Encoding.UTF8.GetBytes($"{lines[0]}\n{lines[2]}\n")));
        Assert.False(IsAccepted(Encoding.UTF8.GetBytes($"{lines[0]}\n{Lines[1]}\n")));
    }

    [Fact]
    public void LinesOfEarlierVersionsAreReadAsTheyAre() =>
        Assert.True(IsAccepted(Encoding.UTF8.GetBytes(string.Concat(Lines.Select(line => line + "\n")))));

    private static byte[] Sealed()
    {
        LineChain chain = new();
        return [.. Lines.SelectMany(chain.Seal)];
    }

    private static bool IsAccepted(byte[] file)
    {
        LineChain chain = new();
        int start = 0;
        for (int stop; (stop = Array.IndexOf(file, (byte)'\n', start)) >= 0; start = stop + 1)
            if (!chain.Accepts(file.AsSpan(start, stop - start))) return false;
        return true;
    }
}
