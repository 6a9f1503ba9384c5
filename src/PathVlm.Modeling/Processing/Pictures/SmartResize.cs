namespace PathVlm.Modeling.Processing.Pictures;

/// <summary>
/// The reference's rule for the size of a resized picture: both sides multiples of a factor, the area within limits, the aspect kept
/// as nearly as that allows. Rounding is to even, as in Python.
/// </summary>
internal static class SmartResize
{
    private const double LargestRatio = 200;

    public static (int Height, int Width) Resize(int height, int width, int factor, long minPixels, long maxPixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if ((double)Math.Max(height, width) / Math.Min(height, width) > LargestRatio)
            throw new ArgumentOutOfRangeException(
                nameof(height), $"picture of {width}x{height} pixels: one side may be at most {LargestRatio:0} times the other");

        double rows = Math.Round((double)height / factor) * factor, columns = Math.Round((double)width / factor) * factor;
        double area = (double)height * width;
        if (rows * columns > maxPixels)
        {
            double shrink = Math.Sqrt(area / maxPixels);
            rows = Math.Max(factor, Math.Floor(height / shrink / factor) * factor);
            columns = Math.Max(factor, Math.Floor(width / shrink / factor) * factor);
        }
        else if (rows * columns < minPixels)
        {
            double grow = Math.Sqrt(minPixels / area);
            rows = Math.Ceiling(height * grow / factor) * factor;
            columns = Math.Ceiling(width * grow / factor) * factor;
        }

        return ((int)rows, (int)columns);
    }
}
