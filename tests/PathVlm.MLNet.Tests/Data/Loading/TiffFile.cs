using System.Buffers.Binary;

namespace PathVlm.MLNet.Tests.Data.Loading;

/// <summary>Bytes of small grey TIFF files, one strip without compression a picture.</summary>
internal static class TiffFile
{
    private const int Side = 8, Entries = 8, DirectoryLength = 2 + 12 * Entries + 4;

    /// <summary>A file of some pictures.</summary>
    public static byte[] Of(int frames)
    {
        int frameLength = DirectoryLength + Side * Side;
        byte[] file = new byte[8 + frames * frameLength];
        "II*\0"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), 8);
        for (int frame = 0; frame < frames; frame++)
        {
            int start = 8 + frame * frameLength, pixels = start + DirectoryLength;
            (ushort Tag, int Value)[] entries =
            [
                (256, Side), (257, Side), (258, 8), (259, 1), (262, 1), (273, pixels), (278, Side), (279, Side * Side),
            ];
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(start), Entries);
            foreach ((int at, (ushort tag, int value)) in entries.Index())
            {
                Span<byte> entry = file.AsSpan(start + 2 + 12 * at, 12);
                BinaryPrimitives.WriteUInt16LittleEndian(entry, tag);
                BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], 4);
                BinaryPrimitives.WriteInt32LittleEndian(entry[4..], 1);
                BinaryPrimitives.WriteInt32LittleEndian(entry[8..], value);
            }

            BinaryPrimitives.WriteInt32LittleEndian(
                file.AsSpan(start + DirectoryLength - 4), frame + 1 < frames ? start + frameLength : 0);
            for (int at = 0; at < Side * Side; at++)
                file[pixels + at] = (byte)(at * 3 + frame);
        }

        return file;
    }
}
