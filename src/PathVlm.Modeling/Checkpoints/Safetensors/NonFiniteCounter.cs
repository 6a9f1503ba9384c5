using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints.Safetensors;

/// <summary>Counts NaN and infinite values in the bytes of a tensor: those whose exponent is all ones. Used by several threads.</summary>
internal sealed class NonFiniteCounter(ScalarType type)
{
    private const ushort ExponentOfBFloat16 = 0x7F80, ExponentOfHalf = 0x7C00;
    private const uint ExponentOfSingle = 0x7F80_0000;
    private const ulong ExponentOfDouble = 0x7FF0_0000_0000_0000;

    private long _count;

    /// <summary>How many values that are not finite were seen.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>Counts in a run of whole values; types other than floats have none.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        long found = type switch
        {
            ScalarType.BFloat16 => CountOf(MemoryMarshal.Cast<byte, ushort>(bytes), ExponentOfBFloat16),
            ScalarType.Float16 => CountOf(MemoryMarshal.Cast<byte, ushort>(bytes), ExponentOfHalf),
            ScalarType.Float32 => CountOf(MemoryMarshal.Cast<byte, uint>(bytes), ExponentOfSingle),
            ScalarType.Float64 => CountOf(MemoryMarshal.Cast<byte, ulong>(bytes), ExponentOfDouble),
            _ => 0,
        };
        if (found > 0) Interlocked.Add(ref _count, found);
    }

    /// <summary>Counts in a tensor of any float type and device.</summary>
    public static long CountOf(Tensor values)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        return values.isfinite().logical_not().count_nonzero().item<long>();
    }

    private static long CountOf<T>(ReadOnlySpan<T> values, T exponent)
        where T : unmanaged, IBinaryInteger<T>
    {
        Vector<T> mask = new(exponent);
        int index = 0;
        long count = 0;
        for (; index <= values.Length - Vector<T>.Count; index += Vector<T>.Count)
        {
            if (!Vector.EqualsAny(new Vector<T>(values[index..]) & mask, mask)) continue;
            foreach (T value in values.Slice(index, Vector<T>.Count)) count += (value & exponent) == exponent ? 1 : 0;
        }

        foreach (T value in values[index..]) count += (value & exponent) == exponent ? 1 : 0;
        return count;
    }
}
