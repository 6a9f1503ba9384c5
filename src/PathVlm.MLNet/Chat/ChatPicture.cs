using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Chat;

/// <summary>
/// A picture as a chat model is sent it: PNG, long side at most 1,024 pixels. A function of the pixels alone, as cache keys need.
/// </summary>
internal static class ChatPicture
{
    /// <summary>The media type of <see cref="Encode"/>'s result.</summary>
    internal const string MediaType = "image/png";

    private const int MaxSide = 1024;

    /// <summary>The picture as PNG, made smaller where its long side exceeds 1,024 pixels.</summary>
    internal static byte[] Encode(RgbPicture picture)
    {
        int side = Math.Max(picture.Width, picture.Height);
        if (side <= MaxSide) return PictureFile.EncodePng(picture);
        return PictureFile.EncodePng(picture.Resize(Scaled(picture.Width, side), Scaled(picture.Height, side)));
    }

    private static int Scaled(int length, int side) => Math.Max(1, (int)((long)length * MaxSide / side));
}
