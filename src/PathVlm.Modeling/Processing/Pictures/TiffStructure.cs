using System.Buffers.Binary;

namespace PathVlm.Modeling.Processing.Pictures;

/// <summary>
/// The first directory of a TIFF file, read and validated before a decoder sees it: every value and every strip or tile lies in the file,
/// so that nothing is allocated on the word of a tag, and its kind of pixels is one that is read as the reference reads it.
/// </summary>
internal readonly ref struct TiffStructure
{
    private const int HeaderLength = 8, EntryLength = 12, MostFrames = 65_536;
    private const int WidthTag = 256, HeightTag = 257, BitsTag = 258, CompressionTag = 259, ColoursTag = 262, StripOffsetsTag = 273;
    private const int OrientationTag = 274, SamplesTag = 277, RowsPerStripTag = 278, StripLengthsTag = 279, PlanesTag = 284;
    private const int TileWidthTag = 322, TileHeightTag = 323, TileOffsetsTag = 324, TileLengthsTag = 325, FormatTag = 339;

    private readonly ReadOnlySpan<byte> _file;
    private readonly bool _bigEndian;
    private readonly ReadOnlySpan<byte> _entries;

    private TiffStructure(ReadOnlySpan<byte> file, bool bigEndian, long directory, int entries)
    {
        _file = file;
        _bigEndian = bigEndian;
        _entries = file.Slice((int)directory + 2, entries * EntryLength);
    }

    /// <summary>Whether a file is a TIFF file, BigTIFF included.</summary>
    public static bool IsTiff(ReadOnlySpan<byte> file) =>
        file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8) || file.StartsWith("II+\0"u8) || file.StartsWith("MM\0+"u8);

    /// <summary>Pixels per row and rows that the first directory promises, and how many pictures the file has.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="maxPixels">Most pixels of a tile.</param>
    /// <param name="fault">What is wrong with it; null where it can be decoded.</param>
    public static (long Width, long Height, int Frames) Read(ReadOnlySpan<byte> file, long maxPixels, out string? fault)
    {
        bool bigEndian = file[0] == (byte)'M';
        fault = "its header is cut";
        if (file.Length < HeaderLength) return default;
        if (file[2] == '+' || file[3] == '+')
        {
            fault = "it is a BigTIFF file, which is not supported; save it as TIFF";
            return default;
        }

        long directory = Number(file, 4, 4, bigEndian);
        if (EntriesOf(file, directory, bigEndian) is not { } entries)
        {
            fault = "its directory lies beyond the file's end (cut?)";
            return default;
        }

        TiffStructure structure = new(file, bigEndian, directory, entries);
        fault = structure.FaultOfEntries();
        if (fault is not null) return default;
        (long width, long height) = (structure.First(WidthTag, 0), structure.First(HeightTag, 0));
        fault = structure.FaultOfPixels() ?? structure.FaultOfParts(width, height, maxPixels);
        return (width, height, FramesOf(file, directory, bigEndian));
    }

    private string? FaultOfEntries()
    {
        for (int at = 0; at < _entries.Length; at += EntryLength)
            if (SizeOf(Number(_entries, at + 2, 2, _bigEndian)) is > 0 and int size
                && Number(_entries, at + 4, 4, _bigEndian) * size is > 4 and long bytes
                && Number(_entries, at + 8, 4, _bigEndian) + bytes > _file.Length)
                return $"its tag {Number(_entries, at, 2, _bigEndian)} lies beyond the file's end (cut?)";
        return null;
    }

    private string? FaultOfPixels()
    {
        long samples = First(SamplesTag, 1), bits = First(BitsTag, 1), compression = First(CompressionTag, 1);
        long colours = First(ColoursTag, -1), orientation = First(OrientationTag, 1);
        if (bits != 8 || First(FormatTag, 1) != 1)
            return $"its samples have {bits} bits{(First(FormatTag, 1) != 1 ? ", not whole numbers" : "")}; save it with 8";
        if (samples is < 1 or > 4) return $"it has {samples} samples a pixel; save it as RGB";
        if (compression is not (1 or 5 or 7 or 8 or 32_773 or 32_946))
            return $"its compression {compression} is not supported; save it with LZW, deflate, JPEG or none";
        if (colours is not (0 or 1 or 2 or 3 or 6)) return "its colours are not grey, RGB, a palette or YCbCr; save it as RGB";
        return orientation == 1 ? null : "it is stored turned or mirrored (its tag Orientation); save it upright";
    }

    // Strips or tiles: as many as the size asks for, each inside the file.
    private string? FaultOfParts(long width, long height, long maxPixels)
    {
        if (width == 0 || height == 0) return "it promises no pixels";
        bool tiled = Find(TileWidthTag) >= 0;
        long across = tiled ? First(TileWidthTag, 0) : width, down = tiled ? First(TileHeightTag, 0) : First(RowsPerStripTag, height);
        if (across == 0 || down == 0) return "its strips or tiles have no size";
        if (tiled && across * down > maxPixels) return $"its tiles have {across}x{down} pixels, more than a picture may have";
        long planes = First(PlanesTag, 1) == 2 ? First(SamplesTag, 1) : 1;
        long wanted = ((width + across - 1) / across) * ((height + down - 1) / down) * planes;
        int offsets = Find(tiled ? TileOffsetsTag : StripOffsetsTag), lengths = Find(tiled ? TileLengthsTag : StripLengthsTag);
        if (offsets < 0 || lengths < 0) return "it does not say where its pixels lie";
        long named = Math.Min(CountOf(offsets), CountOf(lengths));
        if (named < wanted) return $"it names {named} of {wanted} strips or tiles (cut?)";
        for (long part = 0; part < wanted; part++)
            if (ValueOf(offsets, part) + ValueOf(lengths, part) > _file.Length)
                return $"strip or tile {part} of {wanted} reaches beyond the file's end (cut?)";
        return null;
    }

    private long First(int tag, long otherwise) => Find(tag) is >= 0 and int at && CountOf(at) > 0 ? ValueOf(at, 0) : otherwise;

    // Where in the directory a tag's entry lies; below 0 where it has none.
    private int Find(int tag)
    {
        for (int at = 0; at < _entries.Length; at += EntryLength)
            if (Number(_entries, at, 2, _bigEndian) == tag) return at;
        return -1;
    }

    private long CountOf(int entry) => SizeOf(Number(_entries, entry + 2, 2, _bigEndian)) is 1 or 2 or 4
        ? Number(_entries, entry + 4, 4, _bigEndian) : 0;

    // A whole number of an entry whose values lie in the file.
    private long ValueOf(int entry, long index)
    {
        int size = SizeOf(Number(_entries, entry + 2, 2, _bigEndian));
        return Number(_entries, entry + 4, 4, _bigEndian) * size <= 4
            ? Number(_entries, entry + 8 + (int)index * size, size, _bigEndian)
            : Number(_file, Number(_entries, entry + 8, 4, _bigEndian) + index * size, size, _bigEndian);
    }

    private static int FramesOf(ReadOnlySpan<byte> file, long directory, bool bigEndian)
    {
        HashSet<long> seen = [];
        while (seen.Count < MostFrames && directory != 0 && EntriesOf(file, directory, bigEndian) is { } entries && seen.Add(directory))
            directory = Number(file, directory + 2 + entries * EntryLength, 4, bigEndian);
        return seen.Count;
    }

    // Entries of a directory that lies in the file with the place of the next one.
    private static int? EntriesOf(ReadOnlySpan<byte> file, long directory, bool bigEndian) =>
        directory >= HeaderLength && directory + 2 <= file.Length && Number(file, directory, 2, bigEndian) is long entries
        && directory + 2 + entries * EntryLength + 4 <= file.Length ? (int)entries : null;

    private static int SizeOf(long type) => type switch
    {
        1 or 2 or 6 or 7 => 1,
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        5 or 10 or 12 => 8,
        _ => 0,
    };

    private static long Number(ReadOnlySpan<byte> bytes, long place, int size, bool bigEndian)
    {
        ReadOnlySpan<byte> value = bytes.Slice((int)place, size);
        return size switch
        {
            1 => value[0],
            2 => bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(value) : BinaryPrimitives.ReadUInt16LittleEndian(value),
            _ => bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(value) : BinaryPrimitives.ReadUInt32LittleEndian(value),
        };
    }
}
