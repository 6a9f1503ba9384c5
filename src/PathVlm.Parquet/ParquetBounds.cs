using System.Buffers.Binary;
using System.Globalization;
using Parquet.Meta;

namespace PathVlm.Parquet;

/// <summary>
/// Bounds on a Parquet file, checked before anything is decoded: its metadata holds what its lengths promise, and its pages expand to no
/// more than memory can take.
/// </summary>
internal static class ParquetBounds
{
    /// <summary>Most bytes of the metadata at the file's end.</summary>
    public const int LargestFooter = 64 << 20;

    /// <summary>Most bytes of a row group, expanded.</summary>
    public const long LargestRowGroup = 2L << 30;

    /// <summary>Most values of a column in a row group.</summary>
    public const int MostValues = 16 << 20;

    /// <summary>Most times that a page larger than <see cref="ExpandsFreely"/> expands.</summary>
    public const int MostExpansion = 200;

    /// <summary>Bytes that a page may expand to from however few.</summary>
    public const int ExpandsFreely = 16 << 20;

    private const int TailLength = 8, FirstWindow = 4 << 10, LargestHeader = 4 << 20;
    private const int ExpandedField = 2, StoredField = 3, ValueCountField = 1;

    /// <summary>Walks the metadata at the file's end.</summary>
    /// <exception cref="InvalidDataException">The file is no Parquet file, or its metadata is cut or too large.</exception>
    public static void CheckFooter(Stream stream)
    {
        Span<byte> tail = stackalloc byte[TailLength];
        if (stream.Length < 2 * TailLength) throw new InvalidDataException("it is too short");
        stream.Position = stream.Length - TailLength;
        stream.ReadExactly(tail);
        if (!tail[4..].SequenceEqual("PAR1"u8)) throw new InvalidDataException("its end mark is missing (cut, or encrypted?)");
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (length > LargestFooter || length > stream.Length - TailLength)
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"its metadata promises {length:N0} bytes; expected at most {LargestFooter:N0}, in the file"));
        byte[] footer = new byte[length];
        stream.Position = stream.Length - TailLength - length;
        stream.ReadExactly(footer);
        new ThriftReader(footer).WalkStructure();
        stream.Position = 0;
    }

    /// <summary>Walks the heads of all pages.</summary>
    /// <exception cref="InvalidDataException">A page lies outside the file, or expands too far.</exception>
    public static void CheckPages(Stream stream, FileMetaData metadata)
    {
        foreach (RowGroup group in metadata.RowGroups)
        {
            long expanded = 0;
            Require(group.NumRows, MostValues, "rows in a row group");
            foreach (ColumnChunk chunk in group.Columns)
                expanded += CheckChunk(stream, chunk.MetaData ?? throw new InvalidDataException("a column has no metadata"));
            Require(expanded, LargestRowGroup, "bytes in a row group, expanded");
        }

        stream.Position = 0;
    }

    private static long CheckChunk(Stream stream, ColumnMetaData chunk)
    {
        Require(chunk.NumValues, MostValues, "values of a column in a row group");
        long start = chunk.DictionaryPageOffset is > 0 and long dictionary
            ? Math.Min(dictionary, chunk.DataPageOffset) : chunk.DataPageOffset;
        long end = start + chunk.TotalCompressedSize, expanded = 0;
        if (start < 4 || chunk.TotalCompressedSize < 0 || end > stream.Length)
            throw new InvalidDataException("a column lies outside the file (cut?)");
        while (start < end)
        {
            (int head, long stored, long unpacked) = Page(stream, start, end);
            if (unpacked > ExpandsFreely && unpacked > MostExpansion * Math.Max(1, stored))
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture, $"a page of {stored:N0} bytes promises to expand to {unpacked:N0}"));
            expanded += unpacked;
            Require(expanded, LargestRowGroup, "bytes of a column in a row group, expanded");
            start += head + stored;
        }

        return expanded;
    }

    private static (int Head, long Stored, long Expanded) Page(Stream stream, long start, long end)
    {
        for (int window = FirstWindow; ; window *= 16)
        {
            byte[] bytes = new byte[(int)Math.Min(window, end - start)];
            stream.Position = start;
            stream.ReadExactly(bytes);
            try
            {
                return Page(bytes);
            }
            catch (InvalidDataException) when (bytes.Length == window && window < LargestHeader)
            {
                // a head with long statistics: read more of it
            }
        }
    }

    private static (int Head, long Stored, long Expanded) Page(ReadOnlySpan<byte> bytes)
    {
        long stored = -1, expanded = -1, values = 0;
        ThriftReader reader = new(bytes);
        reader.WalkStructure((field, inner, value) =>
        {
            if (field == ExpandedField && inner == 0) expanded = value;
            else if (field == StoredField && inner == 0) stored = value;
            else if (inner == ValueCountField) values = Math.Max(values, value);
        });
        if (stored < 0 || expanded < 0) throw new InvalidDataException("a page does not tell its size");
        Require(values, MostValues, "values of a page");
        return (reader.Position, stored, expanded);
    }

    private static void Require(long found, long most, string what)
    {
        if (found < 0 || found > most)
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture, $"it promises {found:N0} {what}; expected at most {most:N0}"));
    }
}
