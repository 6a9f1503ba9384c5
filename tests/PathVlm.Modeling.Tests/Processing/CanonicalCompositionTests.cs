using PathVlm.Modeling.Processing.Unicode;

namespace PathVlm.Modeling.Tests.Processing;

public class CanonicalCompositionTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("caf\u00E9", "caf\u00E9")]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("a\u0323\u0302", "\u1EAD")] // two marks compose one after the other
    [InlineData("a\u0302\u0323", "\u1EAD")] // and are ordered by class first
    [InlineData("q\u0307\u0323", "q\u0323\u0307")] // ordered though nothing composes
    [InlineData("e\u0301\u0301", "\u00E9\u0301")]
    [InlineData("\u0301e", "\u0301e")] // a mark without a letter stays
    [InlineData("a\u0315\u0300\u05AE\u0300b", "\u00E0\u05AE\u0300\u0315b")]
    [InlineData("\u212B", "\u00C5")] // Ångström sign is the letter
    [InlineData("\u2126", "\u03A9")]
    [InlineData("\u0958", "\u0915\u093C")] // excluded from composition
    [InlineData("\uFB01", "\uFB01")] // compatibility forms stay
    [InlineData("\u1112\u1161\u11AB", "\uD55C")] // Hangul
    [InlineData("\uD558\u11AB", "\uD55C")]
    [InlineData("\uD55C\u11AB", "\uD55C\u11AB")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    [InlineData("\U00011131\U00011127", "\U0001112E")]
    public void TextIsBroughtToFormC(string text, string expected)
    {
        Assert.Equal(expected, CanonicalComposition.Normalize(text));
        Assert.Equal(expected, CanonicalComposition.Normalize(expected));
    }

    [Fact]
    public void ALoneSurrogateBecomesAReplacementCharacter() =>
        Assert.Equal("x\uFFFD\u00FD", CanonicalComposition.Normalize("x\uD800y\u0301"));

    [Fact]
    public void ALongRunOfMarksTakesNoQuadraticTime()
    {
        string text = "a" + string.Concat(Enumerable.Repeat("\u0302\u0323", 200_000));
        string normal = CanonicalComposition.Normalize(text);
        Assert.StartsWith("\u1EAD\u0323\u0323", normal, StringComparison.Ordinal);
        Assert.Equal(text.Length - 2, normal.Length);
    }
}
