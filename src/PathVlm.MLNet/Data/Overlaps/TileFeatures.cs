using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Overlaps;

/// <summary>What a tile is compared by: its points, and its band to check a match with. About 22 KB.</summary>
/// <param name="Band">Luminance less its surroundings.</param>
/// <param name="Points">The strongest points, at most <see cref="MostPoints"/>, not all of them in one place.</param>
internal sealed record TileFeatures(TileBand Band, TilePoint[] Points)
{
    /// <summary>Points that are kept.</summary>
    public const int MostPoints = 120;

    private const double Fine = 1.6, Coarse = 4;
    private const int Margin = PointCoder.Reach + 2, Apart = 3, Cells = 5, MostInCell = 10;
    private const float Weakest = 1.5f;

    /// <summary>The features of a picture.</summary>
    public static TileFeatures Of(RgbPicture picture)
    {
        GreyPicture grey = GreyPicture.Of(picture).WithoutBorder(), smooth = grey.Blur(Fine), band = smooth.Less(grey.Blur(Coarse));
        GradientField gradients = new(smooth);
        int[] inCell = new int[Cells * Cells];
        TilePoint[] points = [.. Extrema(band).OrderByDescending(at => MathF.Abs(band.Values[at]))
            .Select(at => (X: at % band.Width, Y: at / band.Width))
            .Where(place => inCell[place.Y * Cells / band.Height * Cells + place.X * Cells / band.Width]++ < MostInCell)
            .Take(MostPoints).Select(place => new TilePoint(place.X, place.Y, PointCoder.CodeOf(gradients, place.X, place.Y)))];
        return new TileFeatures(TileBand.Of(band), points);
    }

    // Places whose value is the largest or the least around them.
    private static IEnumerable<int> Extrema(GreyPicture band)
    {
        for (int y = Margin; y < band.Height - Margin; y++)
            for (int x = Margin; x < band.Width - Margin; x++)
                if (MathF.Abs(band.Values[y * band.Width + x]) >= Weakest && IsExtremum(band, x, y))
                    yield return y * band.Width + x;
    }

    private static bool IsExtremum(GreyPicture band, int x, int y)
    {
        float own = band.Values[y * band.Width + x], sign = MathF.Sign(own);
        for (int dy = -Apart; dy <= Apart; dy++)
            for (int dx = -Apart; dx <= Apart; dx++)
                if ((dx != 0 || dy != 0) && sign * band.Values[(y + dy) * band.Width + x + dx] >= sign * own)
                    return false;
        return true;
    }
}
