using System.Buffers.Binary;

namespace PathVlm.MLNet.Persistence.Zips;

/// <summary>
/// Reads the end of a zip, which says how many entries there are, before .NET reads the entries: a directory of a million entries takes
/// more than half a gigabyte of memory.
/// </summary>
internal static class ZipDirectory
{
    private const int EndLength = 22, LongestComment = ushort.MaxValue, LocatorLength = 20, LongEndLength = 56;
    private const uint EndMark = 0x06054B50, LocatorMark = 0x07064B50, LongEndMark = 0x06064B50;
    private const long LargestDirectory = 8L << 20;

    /// <summary>Checks the number of entries and the length of the directory.</summary>
    /// <param name="stream">The zip; its position is moved.</param>
    /// <param name="zip">Its name in messages.</param>
    /// <param name="mostEntries">Most entries that it may have.</param>
    /// <exception cref="InvalidDataException">It is no zip, or has too many entries.</exception>
    public static void Check(Stream stream, string zip, int mostEntries)
    {
        long length = stream.Length;
        int tail = (int)Math.Min(length, EndLength + LongestComment + LocatorLength);
        byte[] end = new byte[tail];
        stream.Position = length - tail;
        stream.ReadExactly(end);
        int at = LastMark(end);
        if (at < 0) throw new InvalidDataException($"{zip}: expected a zip, got {(length == 0 ? "an empty file" : "something else")}.");
        ulong count = BinaryPrimitives.ReadUInt16LittleEndian(end.AsSpan(at + 10));
        ulong offset = BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(at + 16));
        long endAt = length - tail + at;
        if (at >= LocatorLength && BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(at - LocatorLength)) == LocatorMark)
            (count, offset) = ReadLongEnd(stream, zip, BinaryPrimitives.ReadUInt64LittleEndian(end.AsSpan(at - LocatorLength + 8)));
        if (count > (ulong)mostEntries)
            throw new InvalidDataException($"{zip}: expected at most {mostEntries} entries, got {count}.");
        if (offset > (ulong)endAt || (ulong)endAt - offset > (ulong)LargestDirectory)
            throw new InvalidDataException($"{zip}: expected a directory of at most {LargestDirectory} bytes before its end.");
        stream.Position = 0;
    }

    private static (ulong Count, ulong Offset) ReadLongEnd(Stream stream, string zip, ulong place)
    {
        if (place > (ulong)stream.Length - LongEndLength) throw new InvalidDataException($"{zip}: its end is damaged.");
        byte[] end = new byte[LongEndLength];
        stream.Position = (long)place;
        stream.ReadExactly(end);
        if (BinaryPrimitives.ReadUInt32LittleEndian(end) != LongEndMark) throw new InvalidDataException($"{zip}: its end is damaged.");
        return (BinaryPrimitives.ReadUInt64LittleEndian(end.AsSpan(32)), BinaryPrimitives.ReadUInt64LittleEndian(end.AsSpan(48)));
    }

    private static int LastMark(ReadOnlySpan<byte> bytes)
    {
        for (int at = bytes.Length - EndLength; at >= 0; at--)
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]) == EndMark) return at;
        return -1;
    }
}
