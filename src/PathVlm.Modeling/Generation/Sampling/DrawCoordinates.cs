using PathVlm.Modeling.Numerics;

namespace PathVlm.Modeling.Generation.Sampling;

/// <summary>
/// Where a random draw stands: together with the position in the completion it decides the draw, so neither the batch
/// a row is decoded in nor an interruption changes it.
/// </summary>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Step">Training step, or 0.</param>
/// <param name="Row">Row of the data.</param>
/// <param name="Sample">Which of the row's completions.</param>
internal readonly record struct DrawCoordinates(long Seed, long Step, long Row, long Sample)
{
    /// <summary>The draw at a position: uniform in [0, 1), on a grid of 2^-53.</summary>
    /// <param name="position">Index of the token in its completion, from 0.</param>
    public double Uniform(int position)
    {
        ulong key = SeededRandom.Mix((ulong)Seed + SeededRandom.Increment);
        foreach (long coordinate in (ReadOnlySpan<long>)[Step, Row, Sample])
            key = SeededRandom.Mix(
                SeededRandom.Mix(key + SeededRandom.Increment) ^ SeededRandom.Mix((ulong)coordinate + SeededRandom.Increment));
        return SeededRandom.ToUniform(SeededRandom.Mix(key + ((ulong)position * SeededRandom.Increment)));
    }
}
