using System.Numerics;
using System.Runtime.InteropServices;

namespace PathVlm.Modeling.Checkpoints.Safetensors;

/// <summary>Widens bfloat16 and float16 bit patterns to float32, exactly; NaNs stay NaNs.</summary>
internal static class Widening
{
    private const uint SignBit = 0x8000, InfiniteHalf = 0x7C00u << 13, InfiniteSingle = 0x7F80_0000;
    private const float FromHalfBias = 5.192296858534828e33f; // 2^112: float16's exponent bias is 15, float32's 127

    /// <summary>A bfloat16 is the upper half of a float32.</summary>
    public static void FromBFloat16(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(destination);
        int index = 0;
        for (; index <= source.Length - Vector<ushort>.Count; index += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[index..]), out Vector<uint> low, out Vector<uint> high);
            (low << 16).CopyTo(bits[index..]);
            (high << 16).CopyTo(bits[(index + Vector<uint>.Count)..]);
        }

        for (; index < source.Length; index++)
            bits[index] = (uint)source[index] << 16;
    }

    /// <summary>
    /// Exponent and fraction move 13 bits up and are scaled by the difference of the biases, which also makes subnormals right.
    /// </summary>
    public static void FromHalf(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        int index = 0;
        for (; index <= source.Length - Vector<ushort>.Count; index += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[index..]), out Vector<uint> low, out Vector<uint> high);
            FromHalf(low).CopyTo(destination[index..]);
            FromHalf(high).CopyTo(destination[(index + Vector<uint>.Count)..]);
        }

        for (; index < source.Length; index++)
            destination[index] = (float)BitConverter.UInt16BitsToHalf(source[index]);
    }

    private static Vector<float> FromHalf(Vector<uint> half)
    {
        Vector<uint> sign = (half & new Vector<uint>(SignBit)) << 16;
        Vector<uint> magnitude = (half & new Vector<uint>(SignBit - 1)) << 13;
        Vector<uint> infinite = Vector.GreaterThanOrEqual(magnitude, new Vector<uint>(InfiniteHalf)) & new Vector<uint>(InfiniteSingle);
        Vector<float> scaled = magnitude.As<uint, float>() * new Vector<float>(FromHalfBias);
        return (scaled.As<float, uint>() | infinite | sign).As<uint, float>();
    }
}
