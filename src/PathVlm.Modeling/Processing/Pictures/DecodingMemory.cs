using System.Buffers.Binary;

namespace PathVlm.Modeling.Processing.Pictures;

/// <summary>
/// The memory that decoding a picture takes, by its header: the pixels twice (as decoded, and as RGB), and the decoder's own.
/// </summary>
internal static class DecodingMemory
{
    private const int Rgba = 4, Rgb = 3;
    private const int JpegCoefficient = 2; // bytes; a progressive JPEG keeps all of them
    private const byte JpegMarker = 0xFF, StartOfScan = 0xDA;

    /// <summary>Bytes that are in use at once at most.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="pixels">Its pixels.</param>
    public static long BytesOf(ReadOnlySpan<byte> file, PictureKind kind, long pixels) => checked(pixels * (Rgba + Rgb + kind switch
    {
        PictureKind.WebP => Rgba,
        PictureKind.JPEG => JpegCoefficient * ProgressiveComponents(file),
        _ => 0,
    }));

    // Components of a progressive JPEG; 0 for a sequential one, which is decoded row by row.
    private static int ProgressiveComponents(ReadOnlySpan<byte> file)
    {
        int position = 2;
        while (position + 9 < file.Length && file[position] == JpegMarker && file[position + 1] != StartOfScan)
        {
            if (file[position + 1] == JpegMarker)
            {
                position++;
                continue;
            }

            if (file[position + 1] is 0xC2 or 0xC6 or 0xCA or 0xCE) return file[position + 9];
            position += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(position + 2)..]);
        }

        return 0;
    }
}
