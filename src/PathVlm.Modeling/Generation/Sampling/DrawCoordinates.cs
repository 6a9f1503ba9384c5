namespace PathVlm.Modeling.Generation.Sampling;

/// <summary>
/// Where a random draw stands: together with the position in the completion it decides the draw, so neither the batch
/// a row is decoded in nor an interruption changes it.
/// </summary>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Step">Training step, or 0.</param>
/// <param name="Row">Row of the data.</param>
/// <param name="Sample">Which of the row's completions.</param>
public readonly record struct DrawCoordinates(long Seed, long Step, long Row, long Sample)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private const double Grid = 1.0 / (1UL << 53);

    /// <summary>The draw at a position: uniform in [0, 1), on a grid of 2^-53.</summary>
    /// <param name="position">Index of the token in its completion, from 0.</param>
    public double Uniform(int position)
    {
        ulong key = Mix((ulong)Seed + Golden);
        foreach (long coordinate in (ReadOnlySpan<long>)[Step, Row, Sample])
            key = Mix(Mix(key + Golden) ^ Mix((ulong)coordinate + Golden));
        return (Mix(key + ((ulong)position * Golden)) >> 11) * Grid;
    }

    // The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection of 64 bits in which every input bit moves half the output bits.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
