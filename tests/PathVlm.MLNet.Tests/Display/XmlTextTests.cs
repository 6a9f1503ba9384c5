using PathVlm.MLNet.Display;

namespace PathVlm.MLNet.Tests.Display;

/// <summary>Characters that no XML document can hold.</summary>
public sealed class XmlTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\u0000b\u001bc", "a\uFFFDb\uFFFDc")]
    [InlineData("whole \ud83d\ude00", "whole \ud83d\ude00")]
    public void CharactersThatXmlCannotHoldAreReplaced(string written, string shown) => Assert.Equal(shown, XmlText.Of(written));

    [Fact]
    public void HalfACharacterIsReplaced() => Assert.Equal("half \uFFFD!", XmlText.Of("half \ud83d!"));
}
