using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Data.Pictures;

public sealed class MLImagesTests
{
    [Fact]
    public void PictureComesBackAsItWentIn()
    {
        var picture = new RgbPicture(3, 2, [.. Enumerable.Range(0, 18).Select(value => (byte)(value * 13))]);
        using MLImage image = MLImages.FromPicture(picture);
        RgbPicture back = MLImages.ToPicture(image);
        Assert.Equal((3, 2), (back.Width, back.Height));
        Assert.Equal(picture.Pixels, back.Pixels);
    }

    [Theory]
    [InlineData(MLPixelFormat.Rgba32, new byte[] { 200, 100, 50, 255 }, new byte[] { 200, 100, 50 })]
    [InlineData(MLPixelFormat.Bgra32, new byte[] { 200, 100, 50, 255 }, new byte[] { 50, 100, 200 })]
    [InlineData(MLPixelFormat.Rgba32, new byte[] { 100, 50, 0, 128 }, new byte[] { 227, 177, 127 })] // multiplied: colour + 255 - alpha
    [InlineData(MLPixelFormat.Rgba32, new byte[] { 200, 100, 0, 128 }, new byte[] { 227, 177, 127 })] // plain: 200 > 128
    [InlineData(MLPixelFormat.Rgba32, new byte[] { 0, 0, 0, 0 }, new byte[] { 255, 255, 255 })]
    public void TransparencyIsLaidOverWhite(MLPixelFormat format, byte[] pixels, byte[] expected)
    {
        using MLImage image = MLImage.CreateFromPixels(1, 1, format, pixels);
        Assert.Equal(expected, MLImages.ToPicture(image).Pixels);
    }

    [Fact]
    public void ImagesThatMLNetDecodesEqualOurOwnDecoder()
    {
        foreach (string path in Directory.EnumerateFiles(ReferenceSet.OwnPathOf("images"), "*.png"))
        {
            using MLImage image = MLImage.CreateFromFile(path);
            byte[] expected = PictureFile.Decode(path).Pixels, actual = MLImages.ToPicture(image).Pixels;
            Assert.Equal(expected.Length, actual.Length);
            int worst = expected.Zip(actual, (one, other) => Math.Abs(one - other)).Max();
            Assert.True(worst <= 1, $"{path}: differs by {worst} levels");
        }
    }
}
