using System.Buffers.Binary;
using System.Text;

namespace PathVlm.Modeling.Native;

/// <summary>
/// The parts of a 64-bit little-endian ELF library that loading libtorch depends on: which symbols it takes from other libraries, and
/// which versions of them it asks for. Layout: System V ABI (sections), LSB (symbol versions).
/// </summary>
internal sealed class ElfLibrary
{
    private const int SectionOffset = 0x28, SectionEntrySize = 0x3A, SectionCount = 0x3C;
    private const uint DynamicSymbols = 11, VersionNeeds = 0x6ffffffe, VersionIndexes = 0x6fffffff;
    private const int SymbolSize = 24, GlobalBinding = 1, LastUnversionedIndex = 1; // VER_NDX_LOCAL and VER_NDX_GLOBAL
    private const byte WeakFlag = 2; // VER_FLG_WEAK in vna_flags

    private readonly byte[] _image;
    private readonly string _path;

    /// <summary>A library.</summary>
    /// <param name="image">Its bytes; <see cref="WeakenVersion"/> changes them.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="InvalidDataException">The bytes are no such library.</exception>
    public ElfLibrary(byte[] image, string path)
    {
        (_image, _path) = (image, path);
        if (image.Length < 0x40 || !image.AsSpan(0, 6).SequenceEqual((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
            throw new InvalidDataException($"{path}: expected a 64-bit ELF library, got other bytes.");
    }

    /// <summary>Symbols that the library takes from others and that carry no version: for libLibTorchSharp.so, those of libtorch.</summary>
    /// <exception cref="InvalidDataException">The library is damaged.</exception>
    public IReadOnlyList<string> UnversionedNeeds() => Judged(() =>
    {
        if (Find(DynamicSymbols) is not { } symbols) return [];
        Section names = SectionAt(symbols.Link);
        Section? versions = Find(VersionIndexes);
        List<string> found = [];
        for (int index = 0; index < symbols.Size / SymbolSize; index++)
        {
            ReadOnlySpan<byte> symbol = _image.AsSpan(symbols.Start + (index * SymbolSize), SymbolSize);
            bool undefined = BinaryPrimitives.ReadUInt16LittleEndian(symbol[6..]) == 0, global = symbol[4] >> 4 == GlobalBinding;
            int version = versions is null ? 0 : U16(versions.Value.Start + (2 * index));
            if (undefined && global && version <= LastUnversionedIndex)
                found.Add(Text(names, (int)BinaryPrimitives.ReadUInt32LittleEndian(symbol)));
        }

        return (IReadOnlyList<string>)found;
    });

    /// <summary>
    /// Marks the need of a version as weak, so that the dynamic loader takes the library where the system has an older one. Sound only
    /// where no symbol of that version is ever called.
    /// </summary>
    /// <param name="version">Such as GLIBCXX_3.4.32.</param>
    /// <returns>Whether the library asks for that version.</returns>
    /// <exception cref="InvalidDataException">The library is damaged.</exception>
    public bool WeakenVersion(string version) => Judged(() =>
    {
        if (Find(VersionNeeds) is not { } needs) return false;
        Section names = SectionAt(needs.Link);
        bool found = false;
        for (int need = needs.Start; ; need += Forward(need + 12))
        {
            int entry = need + Forward(need + 8);
            for (int left = U16(need + 2); left > 0; left--)
            {
                if (Text(names, (int)U32(entry + 8)) == version)
                {
                    _image[entry + 4] |= WeakFlag;
                    found = true;
                }

                entry += left > 1 ? Forward(entry + 12) : 0;
            }

            if (U32(need + 12) == 0) return found;
        }
    });

    private Section? Find(uint type)
    {
        for (int index = 0; index < U16(SectionCount); index++)
            if (U32(HeaderAt(index) + 4) == type) return SectionAt(index);
        return null;
    }

    private Section SectionAt(int index)
    {
        int header = HeaderAt(index);
        return new Section((int)U64(header + 0x18), (int)U64(header + 0x20), (int)U32(header + 0x28));
    }

    private int HeaderAt(int index) => checked((int)U64(SectionOffset) + (index * U16(SectionEntrySize)));

    /// <summary>An offset to what follows; 0 would never end.</summary>
    private int Forward(int offset)
    {
        uint step = U32(offset);
        return step is > 0 and < int.MaxValue ? (int)step : throw new ArgumentOutOfRangeException(nameof(offset));
    }

    private string Text(Section names, int offset)
    {
        ReadOnlySpan<byte> rest = _image.AsSpan(names.Start, names.Size)[offset..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    private ushort U16(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_image.AsSpan(offset, 2));

    private uint U32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_image.AsSpan(offset, 4));

    private ulong U64(int offset)
    {
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(_image.AsSpan(offset, 8));
        return value <= (ulong)_image.Length ? value : throw new ArgumentOutOfRangeException(nameof(offset));
    }

    private T Judged<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception fault) when (fault is ArgumentOutOfRangeException or IndexOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException($"{_path}: a damaged ELF library: an offset lies outside it.", fault);
        }
    }

    private readonly record struct Section(int Start, int Size, int Link);
}
