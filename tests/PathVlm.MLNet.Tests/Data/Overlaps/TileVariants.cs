using PathVlm.Modeling.Processing.Pictures;
using SkiaSharp;

namespace PathVlm.MLNet.Tests.Data.Overlaps;

/// <summary>Ways in which two pictures show one place.</summary>
internal static class TileVariants
{
    public static IReadOnlyDictionary<string, Func<RgbPicture, (RgbPicture First, RgbPicture Second)>> All { get; } =
        new Dictionary<string, Func<RgbPicture, (RgbPicture, RgbPicture)>>
        {
            ["shifted by 8 pixels"] = tile => Shifted(tile, 8, 0),
            ["shifted by 16 pixels"] = tile => Shifted(tile, 16, 16),
            ["shifted by a third"] = tile => Shifted(tile, tile.Width / 3, 0),
            ["cropped by 5% and scaled"] = tile => (tile, Inner(tile, 20).Resize(tile.Width, tile.Height)),
            ["cropped by 10% and scaled"] = tile => (tile, Inner(tile, 10).Resize(tile.Width, tile.Height)),
            ["cropped by 10%"] = tile => (tile, Inner(tile, 10)),
            ["a black border, scaled"] = tile => (tile, Bordered(tile, tile.Width / 16, 0).Resize(tile.Width, tile.Height)),
            ["a white border"] = tile => (tile, Bordered(tile, tile.Width / 10, 255)),
            ["turned by 5 degrees"] = tile => (tile, Turned(tile, 5)),
            ["turned by -5 degrees"] = tile => (tile, Turned(tile, -5)),
            ["shifted by 16 pixels, as JPEG"] = tile => (tile, Jpeg(Shifted(tile, 16, 0).Second)),
        };

    /// <summary>The picture with a border of one grey.</summary>
    public static RgbPicture Bordered(RgbPicture picture, int wide, byte grey)
    {
        int width = picture.Width + 2 * wide, height = picture.Height + 2 * wide;
        byte[] pixels = [.. Enumerable.Repeat(grey, width * height * 3)];
        for (int y = 0; y < picture.Height; y++)
            Array.Copy(picture.Pixels, y * picture.Width * 3, pixels, ((y + wide) * width + wide) * 3, picture.Width * 3);
        return new RgbPicture(width, height, pixels);
    }

    private static (RgbPicture First, RgbPicture Second) Shifted(RgbPicture tile, int right, int down)
    {
        (int width, int height) = (tile.Width - right, tile.Height - down);
        return (Cut(tile, 0, 0, width, height), Cut(tile, right, down, width, height));
    }

    private static RgbPicture Inner(RgbPicture tile, int part) => Cut(
        tile, tile.Width / part, tile.Height / part, tile.Width - 2 * (tile.Width / part), tile.Height - 2 * (tile.Height / part));

    private static RgbPicture Cut(RgbPicture picture, int left, int top, int width, int height)
    {
        byte[] pixels = new byte[width * height * 3];
        for (int y = 0; y < height; y++)
            Array.Copy(picture.Pixels, ((top + y) * picture.Width + left) * 3, pixels, y * width * 3, width * 3);
        return new RgbPicture(width, height, pixels);
    }

    private static RgbPicture Turned(RgbPicture picture, double degrees)
    {
        double cosine = Math.Cos(degrees * Math.PI / 180), sine = Math.Sin(degrees * Math.PI / 180);
        double middleX = picture.Width / 2.0, middleY = picture.Height / 2.0;
        byte[] pixels = new byte[picture.Pixels.Length];
        for (int y = 0; y < picture.Height; y++)
            for (int x = 0; x < picture.Width; x++)
                for (int channel = 0; channel < 3; channel++)
                    pixels[(y * picture.Width + x) * 3 + channel] = Between(
                        picture, cosine * (x - middleX) - sine * (y - middleY) + middleX,
                        sine * (x - middleX) + cosine * (y - middleY) + middleY, channel);
        return new RgbPicture(picture.Width, picture.Height, pixels);
    }

    private static byte Between(RgbPicture picture, double x, double y, int channel)
    {
        int left = (int)Math.Floor(x), top = (int)Math.Floor(y);
        double right = x - left, down = y - top;
        double upper = Value(left, top) * (1 - right) + Value(left + 1, top) * right;
        double lower = Value(left, top + 1) * (1 - right) + Value(left + 1, top + 1) * right;
        return (byte)Math.Clamp(Math.Round(upper * (1 - down) + lower * down), 0, 255);

        double Value(int column, int row) => column < 0 || row < 0 || column >= picture.Width || row >= picture.Height
            ? 255 : picture.Pixels[(row * picture.Width + column) * 3 + channel];
    }

    private static RgbPicture Jpeg(RgbPicture picture)
    {
        using SKBitmap bitmap = new(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int at = 0; at < picture.Width * picture.Height; at++)
            bitmap.SetPixel(at % picture.Width, at / picture.Width, new SKColor(
                picture.Pixels[3 * at], picture.Pixels[3 * at + 1], picture.Pixels[3 * at + 2]));
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Jpeg, 75);
        return PictureFile.Decode(data.ToArray(), "tile.jpg");
    }
}
