using System.Buffers.Binary;

namespace PathVlm.Modeling.Processing.Pictures;

/// <summary>
/// Finds the two kinds of PNG whose pixels the decoder gives otherwise than the reference (Pillow) does, and animated ones.
/// </summary>
internal static class PngModes
{
    private const int FirstChunk = 8, DepthPlace = 24, ColorPlace = 25, ChunkFrame = 12;
    private const byte Grey = 0, Rgb = 2;

    /// <summary>Why a PNG is refused; null where it is not.</summary>
    /// <param name="file">A whole PNG file.</param>
    public static string? FaultOf(ReadOnlySpan<byte> file)
    {
        if (file.Length <= ColorPlace) return null;
        if (file[DepthPlace] == 16 && file[ColorPlace] == Grey) return "its grey has 16 bits, which is not supported; save it with 8";
        return file[ColorPlace] == Rgb && HasChunk(file, "tRNS"u8)
            ? "it is RGB with one transparent colour, which is not supported; save it as RGB, or as RGBA"
            : null;
    }

    /// <summary>Frames of an animated PNG (chunk acTL), whose plain picture is the first; 1 for others.</summary>
    /// <param name="file">A whole PNG file.</param>
    public static int FrameCountOf(ReadOnlySpan<byte> file) =>
        BodyOf(file, "acTL"u8) is [_, _, _, _, ..] body ? (int)Math.Clamp(BinaryPrimitives.ReadUInt32BigEndian(body), 1, int.MaxValue) : 1;

    private static bool HasChunk(ReadOnlySpan<byte> file, ReadOnlySpan<byte> name) => PlaceOf(file, name) >= 0;

    private static ReadOnlySpan<byte> BodyOf(ReadOnlySpan<byte> file, ReadOnlySpan<byte> name)
    {
        int place = PlaceOf(file, name);
        return place < 0 ? [] : file.Slice(place + 8, (int)BinaryPrimitives.ReadUInt32BigEndian(file[place..]));
    }

    // The place of a whole chunk that stands before the pixels; -1 where there is none.
    private static int PlaceOf(ReadOnlySpan<byte> file, ReadOnlySpan<byte> name)
    {
        long place = FirstChunk;
        while (place + ChunkFrame <= file.Length)
        {
            ReadOnlySpan<byte> chunk = file[(int)place..];
            long end = place + ChunkFrame + BinaryPrimitives.ReadUInt32BigEndian(chunk);
            if (end > file.Length || chunk.Slice(4, 4).SequenceEqual("IDAT"u8)) return -1;
            if (chunk.Slice(4, 4).SequenceEqual(name)) return (int)place;
            place = end;
        }

        return -1;
    }
}
