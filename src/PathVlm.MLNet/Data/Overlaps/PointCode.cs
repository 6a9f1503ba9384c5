using System.Numerics;

namespace PathVlm.MLNet.Data.Overlaps;

/// <summary>The surroundings of a place as 256 bits; similar surroundings differ in few.</summary>
internal readonly record struct PointCode(ulong First, ulong Second, ulong Third, ulong Fourth)
{
    /// <summary>Bits of a code.</summary>
    public const int Bits = 256;

    /// <summary>Bits in which two codes differ.</summary>
    public int DistanceTo(in PointCode other) =>
        BitOperations.PopCount(First ^ other.First) + BitOperations.PopCount(Second ^ other.Second)
        + BitOperations.PopCount(Third ^ other.Third) + BitOperations.PopCount(Fourth ^ other.Fourth);

    /// <summary>Some bits of the code as a number.</summary>
    /// <param name="start">The first bit.</param>
    /// <param name="count">How many, 1 to 31.</param>
    public int Part(int start, int count)
    {
        ulong part = WordAt(start / 64) >> start % 64;
        if (start % 64 + count > 64)
            part |= WordAt(start / 64 + 1) << 64 - start % 64;
        return (int)(part & (1UL << count) - 1);
    }

    private ulong WordAt(int index) => index switch
    {
        0 => First,
        1 => Second,
        2 => Third,
        _ => Fourth,
    };
}
