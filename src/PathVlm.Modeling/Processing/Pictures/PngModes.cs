using System.Buffers.Binary;

namespace PathVlm.Modeling.Processing.Pictures;

/// <summary>Finds the two kinds of PNG whose pixels the decoder gives otherwise than the reference (Pillow) does.</summary>
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

    private static bool HasChunk(ReadOnlySpan<byte> file, ReadOnlySpan<byte> name)
    {
        long place = FirstChunk;
        while (place + ChunkFrame <= file.Length)
        {
            ReadOnlySpan<byte> chunk = file[(int)place..];
            if (chunk.Slice(4, 4).SequenceEqual(name)) return true;
            if (chunk.Slice(4, 4).SequenceEqual("IDAT"u8)) return false;
            place += ChunkFrame + BinaryPrimitives.ReadUInt32BigEndian(chunk);
        }

        return false;
    }
}
