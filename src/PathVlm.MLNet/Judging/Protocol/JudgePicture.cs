using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Judging.Protocol;

/// <summary>A picture as a judge is sent it: PNG, long side at most 1,024 pixels. A function of the pixels alone, as the cache key needs.</summary>
public static class JudgePicture
{
    private const int MaxSide = 1024;

    /// <summary>Encodes a picture as PNG, its long side at most 1,024 pixels.</summary>
    /// <param name="picture">The picture.</param>
    public static byte[] Encode(RgbPicture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        int side = Math.Max(picture.Width, picture.Height);
        if (side <= MaxSide) return PngFile.Encode(picture);
        return PngFile.Encode(picture.Resize(Scaled(picture.Width, side), Scaled(picture.Height, side)));
    }

    private static int Scaled(int length, int side) => Math.Max(1, (int)((long)length * MaxSide / side));
}
