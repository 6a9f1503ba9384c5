namespace PathVlm.MLNet.Data.Overlaps;

/// <summary>
/// A tile's luminance less its surroundings at half its size, 8 bits a pixel: what a match is checked with. Light and stain count little.
/// </summary>
/// <param name="Width">Pixels per row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Values">Differences, row by row.</param>
internal sealed record TileBand(int Width, int Height, sbyte[] Values)
{
    /// <summary>Pixels of the tile to one of the band.</summary>
    public const int Step = 2;

    /// <summary>The band of a tile.</summary>
    /// <param name="band">Luminance less its surroundings, smooth enough for every second pixel to tell it.</param>
    public static TileBand Of(GreyPicture band)
    {
        int width = (band.Width + Step - 1) / Step, height = (band.Height + Step - 1) / Step;
        sbyte[] values = new sbyte[width * height];
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                values[y * width + x] = (sbyte)Math.Clamp(
                    MathF.Round(2 * band.Values[Step * y * band.Width + Step * x]), sbyte.MinValue, sbyte.MaxValue);
        return new TileBand(width, height, values);
    }

    /// <summary>Whether a place lies in the tile, where <see cref="At"/> can tell its value.</summary>
    /// <param name="x">Pixels of the tile from the left.</param>
    /// <param name="y">Pixels of the tile from the top.</param>
    /// <param name="margin">The share of a side that is left out at each edge.</param>
    public bool Holds(double x, double y, double margin) => x >= margin * Width * Step && y >= margin * Height * Step
        && x < (1 - margin) * (Width - 1) * Step && y < (1 - margin) * (Height - 1) * Step;

    /// <summary>The value at a place, in pixels of the tile.</summary>
    public float At(double x, double y)
    {
        double column = x / Step, row = y / Step;
        int left = (int)column, top = (int)row, at = top * Width + left;
        float right = (float)(column - left), down = (float)(row - top);
        float upper = Values[at] + (Values[at + 1] - Values[at]) * right;
        float lower = Values[at + Width] + (Values[at + Width + 1] - Values[at + Width]) * right;
        return upper + (lower - upper) * down;
    }
}
