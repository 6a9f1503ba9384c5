using Microsoft.ML.Data;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Pictures;

/// <summary>ML.NET's images to our pictures and back.</summary>
public static class MLImages
{
    /// <summary>A picture as an opaque image.</summary>
    /// <param name="picture">Red, green, blue, 8 bits each [Height, Width, 3].</param>
    /// <returns>An image in <see cref="MLPixelFormat.Rgba32"/> with alpha 255; the caller disposes it.</returns>
    public static MLImage FromPicture(RgbPicture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        byte[] pixels = new byte[checked(picture.Width * picture.Height * 4)];
        ReadOnlySpan<byte> source = picture.Pixels;
        for (int from = 0, to = 0; to < pixels.Length; from += 3, to += 4)
        {
            pixels[to] = source[from];
            pixels[to + 1] = source[from + 1];
            pixels[to + 2] = source[from + 2];
            pixels[to + 3] = 255;
        }
        return MLImage.CreateFromPixels(picture.Width, picture.Height, MLPixelFormat.Rgba32, pixels);
    }

    /// <summary>An image as a picture; transparency is laid over white.</summary>
    /// <param name="image">An image in any of ML.NET's pixel formats; it stays the caller's.</param>
    /// <returns>Red, green, blue, 8 bits each [Height, Width, 3].</returns>
    /// <remarks>
    /// ML.NET keeps colours multiplied by alpha, as its decoder delivers them. An image made from raw pixels may hold plain colours: where any
    /// colour exceeds its alpha the image cannot be a multiplied one, and all its pixels are read as plain.
    /// </remarks>
    /// <exception cref="ArgumentException">The image has a pixel format that ML.NET does not document.</exception>
    public static RgbPicture ToPicture(MLImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        (int red, int blue) = image.PixelFormat switch
        {
            MLPixelFormat.Rgba32 => (0, 2),
            MLPixelFormat.Bgra32 => (2, 0),
            _ => throw new ArgumentException(
                $"image has pixel format {image.PixelFormat} ({image.BitsPerPixel} bits); Rgba32 and Bgra32 are taken", nameof(image)),
        };
        ReadOnlySpan<byte> source = image.Pixels;
        byte[] pixels = new byte[checked(image.Width * image.Height * 3)];
        bool multiplied = IsMultiplied(source);
        for (int from = 0, to = 0; to < pixels.Length; from += 4, to += 3)
        {
            int alpha = source[from + 3];
            pixels[to] = OverWhite(source[from + red], alpha, multiplied);
            pixels[to + 1] = OverWhite(source[from + 1], alpha, multiplied);
            pixels[to + 2] = OverWhite(source[from + blue], alpha, multiplied);
        }
        return new RgbPicture(image.Width, image.Height, pixels);
    }

    private static bool IsMultiplied(ReadOnlySpan<byte> pixels)
    {
        for (int at = 0; at < pixels.Length; at += 4)
        {
            byte alpha = pixels[at + 3];
            if (pixels[at] > alpha || pixels[at + 1] > alpha || pixels[at + 2] > alpha)
                return false;
        }
        return true;
    }

    private static byte OverWhite(int colour, int alpha, bool multiplied) =>
        (byte)(multiplied ? colour + 255 - alpha : (colour * alpha + 255 * (255 - alpha) + 127) / 255);
}
