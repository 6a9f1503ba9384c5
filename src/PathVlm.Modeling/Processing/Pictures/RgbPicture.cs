namespace PathVlm.Modeling.Processing.Pictures;

/// <summary>A decoded picture: 8-bit red, green, blue, row by row.</summary>
/// <param name="Width">Pixels per row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Pixels">Bytes [Height, Width, 3].</param>
public sealed record RgbPicture(int Width, int Height, byte[] Pixels)
{
    /// <summary>Frames of the file that the picture was read from; the picture is the first.</summary>
    /// <value>1.</value>
    public int FrameCount { get; init; } = 1;

    /// <summary>The picture in another size: bicubic, byte for byte as Pillow 13 resizes.</summary>
    /// <param name="width">Pixels per row; 1 or more.</param>
    /// <param name="height">Rows; 1 or more.</param>
    /// <returns>A new picture; this one where the size is the same.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    public RgbPicture Resize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        return BicubicResizer.Resize(this, width, height);
    }

    /// <summary>Lays pixels with transparency over white, rounded to nearest.</summary>
    /// <param name="width">Pixels per row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="pixels">Bytes [height, width, 4]: red, green, blue, alpha; or blue, green, red, alpha.</param>
    /// <param name="blueFirst">Whether blue comes first.</param>
    /// <param name="premultiplied">Whether the colours are multiplied by alpha.</param>
    /// <exception cref="ArgumentException">The number of bytes is not that of the size.</exception>
    public static RgbPicture OverWhite(int width, int height, ReadOnlySpan<byte> pixels, bool blueFirst = false, bool premultiplied = false)
    {
        if (pixels.Length != checked(width * height * 4))
            throw new ArgumentException(
                $"Pixels: expected {width * height * 4} bytes for {width}x{height}, got {pixels.Length}.", nameof(pixels));
        byte[] rgb = new byte[width * height * 3];
        (int red, int blue) = blueFirst ? (2, 0) : (0, 2);
        for (int from = 0, to = 0; to < rgb.Length; from += 4, to += 3)
        {
            uint alpha = pixels[from + 3];
            rgb[to] = PixelPacking.OverWhite(pixels[from + red], alpha, premultiplied);
            rgb[to + 1] = PixelPacking.OverWhite(pixels[from + 1], alpha, premultiplied);
            rgb[to + 2] = PixelPacking.OverWhite(pixels[from + blue], alpha, premultiplied);
        }

        return new RgbPicture(width, height, rgb);
    }
}
