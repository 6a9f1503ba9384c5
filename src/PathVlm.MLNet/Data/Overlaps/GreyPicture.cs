using System.Numerics.Tensors;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Overlaps;

/// <summary>A picture's luminance as numbers, at most <see cref="LargestSide"/> pixels wide and high.</summary>
/// <param name="Width">Pixels per row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Values">Luminance, 0 to 255, row by row.</param>
internal sealed record GreyPicture(int Width, int Height, float[] Values)
{
    /// <summary>Larger pictures are shrunk to this.</summary>
    public const int LargestSide = 256;

    // Most that the luminance of a border varies along a line, and the least that is left of a picture without it.
    private const float BorderRange = 10;
    private const int LeastSide = 64;

    /// <summary>The luminance of a picture.</summary>
    public static GreyPicture Of(RgbPicture picture)
    {
        int side = Math.Max(picture.Width, picture.Height);
        if (side > LargestSide)
        {
            double scale = (double)LargestSide / side;
            picture = picture.Resize(
                Math.Max(1, (int)Math.Round(picture.Width * scale)), Math.Max(1, (int)Math.Round(picture.Height * scale)));
        }
        float[] values = new float[picture.Width * picture.Height];
        ReadOnlySpan<byte> pixels = picture.Pixels;
        for (int at = 0; at < values.Length; at++)
            values[at] = 0.299f * pixels[3 * at] + 0.587f * pixels[3 * at + 1] + 0.114f * pixels[3 * at + 2];
        return new GreyPicture(picture.Width, picture.Height, values);
    }

    /// <summary>The picture without a border of one colour, as scanners and slides in papers have.</summary>
    public GreyPicture WithoutBorder()
    {
        int left = 0, top = 0, right = Width, bottom = Height;
        while (bottom - top > LeastSide && IsPlain(left, top, right - left, 1))
            top++;
        while (bottom - top > LeastSide && IsPlain(left, bottom - 1, right - left, 1))
            bottom--;
        while (right - left > LeastSide && IsPlain(left, top, 1, bottom - top))
            left++;
        while (right - left > LeastSide && IsPlain(right - 1, top, 1, bottom - top))
            right--;
        if (right - left == Width && bottom - top == Height)
            return this;
        float[] values = new float[(right - left) * (bottom - top)];
        for (int y = top; y < bottom; y++)
            Values.AsSpan(y * Width + left, right - left).CopyTo(values.AsSpan((y - top) * (right - left)));
        return new GreyPicture(right - left, bottom - top, values);
    }

    /// <summary>The picture under a Gaussian; at its edges the last pixels go on.</summary>
    /// <param name="sigma">Its standard deviation, pixels.</param>
    public GreyPicture Blur(double sigma)
    {
        int radius = (int)Math.Ceiling(3 * sigma);
        float[] kernel = new float[2 * radius + 1];
        for (int at = 0; at < kernel.Length; at++)
            kernel[at] = (float)Math.Exp(-(at - radius) * (at - radius) / (2 * sigma * sigma));
        float sum = kernel.Sum();
        for (int at = 0; at < kernel.Length; at++)
            kernel[at] /= sum;
        float[] across = new float[Values.Length], result = new float[Values.Length], padded = new float[Width + 2 * radius];
        for (int y = 0; y < Height; y++)
        {
            ReadOnlySpan<float> line = Values.AsSpan(y * Width, Width);
            padded.AsSpan(0, radius).Fill(line[0]);
            line.CopyTo(padded.AsSpan(radius));
            padded.AsSpan(radius + Width).Fill(line[^1]);
            Span<float> to = across.AsSpan(y * Width, Width);
            for (int at = 0; at < kernel.Length; at++)
                TensorPrimitives.MultiplyAdd(padded.AsSpan(at, Width), kernel[at], to, to);
        }
        for (int y = 0; y < Height; y++)
        {
            Span<float> to = result.AsSpan(y * Width, Width);
            for (int at = 0; at < kernel.Length; at++)
                TensorPrimitives.MultiplyAdd(
                    across.AsSpan(Math.Clamp(y + at - radius, 0, Height - 1) * Width, Width), kernel[at], to, to);
        }
        return new GreyPicture(Width, Height, result);
    }

    /// <summary>This picture less another of its size.</summary>
    public GreyPicture Less(GreyPicture other)
    {
        float[] values = new float[Values.Length];
        TensorPrimitives.Subtract(Values, other.Values, values);
        return this with { Values = values };
    }

    private bool IsPlain(int x, int y, int width, int height)
    {
        float least = float.MaxValue, most = float.MinValue;
        for (int row = y; row < y + height; row++)
            for (int at = row * Width + x; at < row * Width + x + width; at++)
                (least, most) = (MathF.Min(least, Values[at]), MathF.Max(most, Values[at]));
        return most - least <= BorderRange;
    }
}
