namespace PathVlm.Parquet;

/// <summary>
/// Walks values of Thrift's compact protocol, in which Parquet writes its metadata, without making anything of them: every length lies in
/// the bytes that are there.
/// </summary>
/// <param name="bytes">The bytes; the value begins at their start.</param>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    private const int DeepestNesting = 64;
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes that were walked.</summary>
    public int Position { get; private set; }

    /// <summary>Walks a structure.</summary>
    /// <param name="onNumber">
    /// Receives whole numbers of 16 bits and more: the numbers of the fields on the way to them, of the structure and of one inside it (0
    /// for none), and the value.
    /// </param>
    /// <exception cref="InvalidDataException">The bytes end before the structure, or it is none.</exception>
    public void WalkStructure(Action<int, int, long>? onNumber = null) => WalkStructure(onNumber, outer: 0, depth: 0);

    private void WalkStructure(Action<int, int, long>? onNumber, int outer, int depth)
    {
        if (depth > DeepestNesting) throw new InvalidDataException("its metadata is nested too deeply");
        int field = 0;
        while (true)
        {
            int head = Byte();
            if (head == 0) return;
            field = head >> 4 == 0 ? (int)Signed() : field + (head >> 4);
            int type = head & 15;
            if (type is 4 or 5 or 6)
            {
                long value = Signed();
                if (depth < 2) onNumber?.Invoke(depth == 0 ? field : outer, depth == 0 ? 0 : field, value);
            }
            else if (type == 12)
            {
                WalkStructure(onNumber, depth == 0 ? field : outer, depth + 1);
            }
            else if (type is not (1 or 2))
            {
                Skip(type, depth);
            }
        }
    }

    private void Skip(int type, int depth)
    {
        switch (type)
        {
            case 1 or 2 or 3:
                Advance(1);
                break;
            case 4 or 5 or 6:
                Signed();
                break;
            case 7:
                Advance(8);
                break;
            case 8:
                Advance(Unsigned());
                break;
            case 9 or 10:
                int head = Byte();
                SkipItems(head >> 4 == 15 ? Unsigned() : (ulong)(head >> 4), head & 15, head & 15, depth);
                break;
            case 11:
                if (Unsigned() is > 0 and ulong count)
                {
                    int types = Byte();
                    SkipItems(2 * count, types >> 4, types & 15, depth);
                }
                break;
            case 12:
                WalkStructure(onNumber: null, outer: 0, depth + 1);
                break;
            default:
                throw new InvalidDataException("its metadata holds a value of no known type");
        }
    }

    // Values of two types in turn, which are one type in a list.
    private void SkipItems(ulong count, int first, int second, int depth)
    {
        if (count > (ulong)(_bytes.Length - Position)) throw Cut();
        for (ulong item = 0; item < count; item++)
            Skip(item % 2 == 0 ? first : second, depth + 1);
    }

    private int Byte() => Position < _bytes.Length ? _bytes[Position++] : throw Cut();

    private void Advance(ulong count)
    {
        if (count > (ulong)(_bytes.Length - Position)) throw Cut();
        Position += (int)count;
    }

    private ulong Unsigned()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            int part = Byte();
            value |= (ulong)(part & 127) << shift;
            if (part < 128) return value;
        }

        throw new InvalidDataException("its metadata holds a number that is too long");
    }

    private long Signed()
    {
        ulong value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private static InvalidDataException Cut() => new("its metadata ends before its values do (cut?)");
}
