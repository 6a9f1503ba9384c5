using Microsoft.ML.Data;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Pictures;

/// <summary>ML.NET's images to our pictures and back.</summary>
internal static class MLImages
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
    /// ML.NET keeps colours multiplied by alpha, as its decoder delivers them. An image made from raw pixels may hold plain colours: where
    /// any colour exceeds its alpha the image cannot be a multiplied one, and all its pixels are read as plain.
    /// </remarks>
    /// <exception cref="ArgumentException">The image has a pixel format that ML.NET does not document.</exception>
    public static RgbPicture ToPicture(MLImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.PixelFormat is not (MLPixelFormat.Rgba32 or MLPixelFormat.Bgra32))
        {
            throw new ArgumentException(
                $"image: expected the pixel format Rgba32 or Bgra32, got {image.PixelFormat} ({image.BitsPerPixel} bits)", nameof(image));
        }

        ReadOnlySpan<byte> pixels = image.Pixels;
        return RgbPicture.OverWhite(image.Width, image.Height, pixels, image.PixelFormat == MLPixelFormat.Bgra32, IsMultiplied(pixels));
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
}
