using System.Buffers.Binary;

namespace PathVlm.Modeling.Processing.Pictures;

/// <summary>
/// Detects the kind of a picture file and whether the file is whole. Decoders forgive a missing end and give a picture that is partly
/// grey; a file whose own structure does not reach its end is refused here instead.
/// </summary>
internal static class PictureStructure
{
    private const byte JpegMarker = 0xFF, StartOfImage = 0xD8, EndOfImage = 0xD9, FirstRestart = 0xD0;

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    public static PictureKind KindOf(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith(PngSignature)) return PictureKind.PNG;
        if (file.StartsWith((ReadOnlySpan<byte>)[JpegMarker, StartOfImage, JpegMarker])) return PictureKind.JPEG;
        if (file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..12].SequenceEqual("WEBP"u8)) return PictureKind.WebP;
        if (file.StartsWith("BM"u8)) return PictureKind.BMP;
        if (TiffStructure.IsTiff(file)) return PictureKind.TIFF;
        return file.StartsWith("GIF87a"u8) || file.StartsWith("GIF89a"u8) ? PictureKind.GIF : PictureKind.Unknown;
    }

    /// <summary>What the file's structure lacks, or null where it reaches its end.</summary>
    public static string? FaultOf(ReadOnlySpan<byte> file, PictureKind kind) => kind switch
    {
        PictureKind.PNG => PngFault(file),
        PictureKind.JPEG => JpegFault(file),
        PictureKind.WebP => SizeFault(file, BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) + 8L),
        PictureKind.GIF => file.TrimEnd((byte)0)[^1] == (byte)';' ? null : "its closing mark is missing (cut?)",
        // The size field of BMP files is often wrong; the decoder counts rows itself.
        _ => null,
    };

    private static string? PngFault(ReadOnlySpan<byte> file)
    {
        long position = PngSignature.Length;
        bool sawData = false;
        while (position + 12 <= file.Length)
        {
            ReadOnlySpan<byte> chunk = file[(int)position..];
            uint length = BinaryPrimitives.ReadUInt32BigEndian(chunk);
            ReadOnlySpan<byte> type = chunk.Slice(4, 4);
            if (length > int.MaxValue || position + 12 + length > file.Length)
                return $"chunk {Name(type)} at byte {position} promises {length:N0} bytes and the file ends before (cut?)";
            sawData |= type.SequenceEqual("IDAT"u8);
            if (type.SequenceEqual("IEND"u8)) return sawData ? null : "it has no IDAT chunk";
            position += 12 + length;
        }

        return "its IEND chunk is missing (cut?)";
    }

    // Segments are skipped by their length, so that the end mark of an embedded thumbnail is not taken for the picture's.
    private static string? JpegFault(ReadOnlySpan<byte> file)
    {
        int position = 2;
        while (true)
        {
            int step = file[position..].IndexOf(JpegMarker);
            if (step < 0 || (position += step) + 1 >= file.Length) return "its end mark is missing (cut?)";
            byte marker = file[position + 1];
            if (marker == EndOfImage) return null;
            if (marker == JpegMarker)
            {
                position++;
            }
            else if (marker == 0 || marker is >= FirstRestart and <= StartOfImage || marker == 1)
            {
                position += 2; // a stuffed byte, a restart, or a mark without a length
            }
            else
            {
                if (position + 4 > file.Length) return "its end mark is missing (cut?)";
                position += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(position + 2)..]);
                if (position > file.Length) return $"segment {marker:X2} reaches beyond the file's end (cut?)";
            }
        }
    }

    private static string? SizeFault(ReadOnlySpan<byte> file, long promised) =>
        promised > file.Length ? $"it promises {promised:N0} bytes and has {file.Length:N0} (cut?)" : null;

    private static string Name(ReadOnlySpan<byte> type)
    {
        foreach (byte letter in type)
            if (!char.IsAsciiLetter((char)letter)) return Convert.ToHexString(type);
        return System.Text.Encoding.ASCII.GetString(type);
    }
}
