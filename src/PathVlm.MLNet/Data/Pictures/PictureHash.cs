using System.Buffers.Binary;
using System.Security.Cryptography;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Pictures;

/// <summary>Names for pictures by what they show, not by the file they lie in.</summary>
internal static class PictureHash
{
    /// <summary>
    /// SHA-256 over width, height and decoded pixels, as hexadecimal text: equal for equal pictures in any lossless format.
    /// </summary>
    /// <param name="picture">Red, green, blue, 8 bits each.</param>
    public static string Of(RgbPicture picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> size = stackalloc byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(size, picture.Width);
        BinaryPrimitives.WriteInt32LittleEndian(size[4..], picture.Height);
        hash.AppendData(size);
        hash.AppendData(picture.Pixels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
