using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>
/// The 64-bit difference hash: the picture's luminance averaged over 9 x 8 cells, bit = whether a cell is brighter than its right
/// neighbour. A picture that was scaled, recompressed or slightly recoloured keeps nearly all bits. Eight orientations (four turns,
/// mirrored or not) are hashed from one grid of 72 x 72 averages, which 9 x 8 and 8 x 9 cells both divide.
/// </summary>
internal static class DifferenceHash
{
    /// <summary>Turns and mirror images of a picture.</summary>
    public const int Orientations = 8;

    private const int Grid = 72;

    /// <summary>The hash of the picture as it is.</summary>
    /// <param name="picture">Red, green, blue, 8 bits each.</param>
    public static ulong Of(RgbPicture picture) => Hash(Averages(picture), 0);

    /// <summary>The hashes of the eight orientations, as it is first.</summary>
    /// <param name="picture">Red, green, blue, 8 bits each.</param>
    public static ulong[] OfOrientations(RgbPicture picture)
    {
        float[] averages = Averages(picture);
        ulong[] hashes = new ulong[Orientations];
        for (int orientation = 0; orientation < Orientations; orientation++)
            hashes[orientation] = Hash(averages, orientation);
        return hashes;
    }

    // Luminance [72, 72], each the mean over its share of the picture; a pixel counts in the shares it overlaps, by the overlap.
    private static float[] Averages(RgbPicture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        float[] rows = new float[picture.Height * Grid];
        float[] line = new float[picture.Width];
        for (int y = 0; y < picture.Height; y++)
        {
            ReadOnlySpan<byte> pixels = picture.Pixels.AsSpan(y * picture.Width * 3, picture.Width * 3);
            for (int x = 0; x < line.Length; x++)
                line[x] = 0.299f * pixels[3 * x] + 0.587f * pixels[3 * x + 1] + 0.114f * pixels[3 * x + 2];
            Shrink(line, 1, rows.AsSpan(y * Grid, Grid), 1);
        }
        float[] averages = new float[Grid * Grid];
        float[] column = new float[picture.Height], shrunk = new float[Grid];
        for (int x = 0; x < Grid; x++)
        {
            for (int y = 0; y < column.Length; y++)
                column[y] = rows[y * Grid + x];
            Shrink(column, 1, shrunk, 1);
            for (int y = 0; y < Grid; y++)
                averages[y * Grid + x] = shrunk[y];
        }
        return averages;
    }

    private static void Shrink(ReadOnlySpan<float> from, int fromStep, Span<float> to, int toStep)
    {
        double scale = (double)from.Length / fromStep / to.Length * toStep;
        for (int index = 0; index < to.Length; index++)
        {
            double start = index * scale, end = start + scale, sum = 0;
            for (int at = (int)start; at < Math.Min(from.Length, Math.Ceiling(end)); at++)
                sum += from[at] * (Math.Min(at + 1, end) - Math.Max(at, start));
            to[index] = (float)(sum / scale);
        }
    }

    private static ulong Hash(float[] averages, int orientation)
    {
        const int Wide = Grid / 9, High = Grid / 8;
        Span<float> cells = stackalloc float[72];
        for (int y = 0; y < Grid; y++)
            for (int x = 0; x < Grid; x++)
                cells[y / High * 9 + x / Wide] += averages[Source(x, y, orientation)];
        ulong hash = 0;
        for (int y = 0; y < 8; y++)
            for (int x = 0; x < 8; x++)
                hash = hash << 1 | (cells[y * 9 + x] > cells[y * 9 + x + 1] ? 1UL : 0);
        return hash;
    }

    // Bit 4 mirrors, the lower two turn by quarters.
    private static int Source(int x, int y, int orientation)
    {
        const int Last = Grid - 1;
        if (orientation >= 4)
            x = Last - x;
        return (orientation & 3) switch
        {
            0 => y * Grid + x,
            1 => (Last - x) * Grid + y,
            2 => (Last - y) * Grid + Last - x,
            _ => x * Grid + Last - y,
        };
    }
}
