using System.Buffers.Binary;
using System.IO.Compression;

namespace PathVlm.Modeling.Processing.Pictures;

/// <summary>
/// Encodes 8-bit RGB PNG files: signature, IHDR, one IDAT (zlib over rows, each with filter 1, the difference to the pixel on
/// the left), IEND; every chunk is length, name, body, CRC-32 of name and body.
/// </summary>
internal static class PngFile
{
    private static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];
    private static readonly uint[] Table = BuildTable();

    /// <summary>The bytes of a PNG file that holds the picture.</summary>
    public static byte[] Encode(RgbPicture picture)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), picture.Height);
        header[8] = 8; // bits a channel
        header[9] = 2; // red, green, blue
        using MemoryStream output = new();
        output.Write(Signature);
        WriteChunk(output, "IHDR"u8, header);
        WriteChunk(output, "IDAT"u8, Compress(picture));
        WriteChunk(output, "IEND"u8, []);
        return output.ToArray();
    }

    private static byte[] Compress(RgbPicture picture)
    {
        int stride = picture.Width * 3;
        byte[] line = new byte[stride + 1];
        line[0] = 1;
        using MemoryStream body = new();
        using (ZLibStream stream = new(body, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int y = 0; y < picture.Height; y++)
            {
                ReadOnlySpan<byte> row = picture.Pixels.AsSpan(y * stride, stride);
                for (int at = 0; at < stride; at++)
                    line[at + 1] = (byte)(row[at] - (at >= 3 ? row[at - 3] : 0));
                stream.Write(line);
            }
        }
        return body.ToArray();
    }

    private static void WriteChunk(Stream output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> body)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, body.Length);
        output.Write(number);
        output.Write(name);
        output.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Update(Update(uint.MaxValue, name), body));
        output.Write(number);
    }

    private static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
            crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
        return crc;
    }

    private static uint[] BuildTable()
    {
        uint[] table = new uint[256];
        for (uint index = 0; index < 256; index++)
        {
            uint value = index;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            table[index] = value;
        }
        return table;
    }
}
