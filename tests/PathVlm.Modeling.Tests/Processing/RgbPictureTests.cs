using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Modeling.Tests.Processing;

public sealed class RgbPictureTests
{
    [Theory]
    [InlineData(false, false, new byte[] { 100, 178, 255 })] // 200 x 128/255 + 255 x 127/255 = 227.39, 0 -> 127, 255 stays
    [InlineData(true, false, new byte[] { 255, 178, 100 })]
    public void PlainColoursAreMixedWithWhiteByTheirOpacity(bool blueFirst, bool premultiplied, byte[] opaque)
    {
        byte[] pixels = [100, 178, 255, 255, 200, 0, 255, 128, 10, 20, 30, 0];
        byte[] mixed = blueFirst ? [255, 127, 227] : [227, 127, 255];
        RgbPicture picture = RgbPicture.OverWhite(3, 1, pixels, blueFirst, premultiplied);
        Assert.Equal([.. opaque, .. mixed, 255, 255, 255], picture.Pixels);
    }

    [Fact]
    public void PremultipliedColoursGetTheMissingShareOfWhite() => Assert.Equal(
        [191, 127, 255], RgbPicture.OverWhite(1, 1, [64, 0, 128, 128], premultiplied: true).Pixels);

    [Fact]
    public void AnotherNumberOfBytesIsRefused() => Assert.StartsWith("Pixels: expected 8 bytes for 2x1, got 7.",
        Assert.Throws<ArgumentException>(() => RgbPicture.OverWhite(2, 1, new byte[7])).Message);

    [Fact]
    public void APictureOfOneColourKeepsItWhenResized()
    {
        RgbPicture picture = new(4, 2, [.. Enumerable.Repeat((byte)77, 24)]);
        RgbPicture resized = picture.Resize(3, 5);
        Assert.Equal((3, 5), (resized.Width, resized.Height));
        Assert.All(resized.Pixels, value => Assert.Equal(77, value));
        Assert.Throws<ArgumentOutOfRangeException>(() => picture.Resize(0, 5));
    }
}
