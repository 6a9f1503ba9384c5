using PathVlm.Modeling.Files;

namespace PathVlm.Modeling.Tests.Files;

public sealed class MessageLineTests
{
    [Theory]
    [InlineData("short", "short")]
    [InlineData("a\nb\0c", "a?b?c")]
    public void AValueIsOnePlainLine(string value, string expected) => Assert.Equal(expected, MessageLine.Value(value));

    [Fact]
    public void HalfASurrogatePairIsNotWritten() => Assert.Equal("half ? pair", MessageLine.Value("half \uD800 pair"));

    [Fact]
    public void ALineHasAtMost300CharactersWhateverTheFileHolds()
    {
        string huge = new('x', 50_000_000);
        Assert.Equal(60, MessageLine.Value(huge).Length);
        Assert.Equal(300, MessageLine.Of("/tmp/file", huge).Length);
        Assert.InRange(MessageLine.Of("/tmp/file", [.. Enumerable.Range(0, 1000).Select(index => $"fault {index}")]).Length, 250, 300);
        Assert.InRange(MessageLine.Of(new string('p', 400), huge).Length, 500, 530);
    }

    [Fact]
    public void FaultsThatDoNotFitAreCounted() =>
        Assert.Equal("f: " + string.Join("; ", Enumerable.Repeat(new string('a', 90), 3)) + " and 7 more.",
            MessageLine.Of("f", [.. Enumerable.Repeat(new string('a', 90), 10)]));
}
