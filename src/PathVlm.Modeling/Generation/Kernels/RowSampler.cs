using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.Modeling.Generation.Kernels;

/// <summary>
/// Chooses a token from one row of logits in memory, as <see cref="TokenSampler"/> does where nothing narrows the distribution:
/// greedy or by temperature, with or without repetition penalty. One pass sums blocks of probabilities, the draw looks into one block.
/// </summary>
internal static unsafe class RowSampler
{
    private const int Lanes = 8;
    private const int Block = 256;

    /// <summary>Values of scratch that <see cref="Choose"/> needs for V logits.</summary>
    public static int SumCount(int size) => (size + Block - 1) / Block;

    /// <summary>Chooses.</summary>
    /// <param name="logits">[V], those of suppressed tokens -infinity; changed where the penalty is not 1.</param>
    /// <param name="size">V.</param>
    /// <param name="options">The rules; none of top-k, top-p, min-p unless greedy.</param>
    /// <param name="seen">Tokens the repetition penalty applies to; null where it is 1.</param>
    /// <param name="uniform">A number in [0, 1).</param>
    /// <param name="sums">Scratch of <see cref="SumCount"/> values.</param>
    /// <returns>The id, and its log-probability at the temperature before the penalty.</returns>
    public static (int Id, float LogProbability) Choose(
        float* logits, int size, SamplingOptions options, IReadOnlyCollection<int>? seen, double uniform, Span<double> sums)
    {
        float largest = RowKernels.Max(logits, size), inverse = (float)(1 / options.Temperature);
        double total = Sum(logits, size, largest, inverse, sums);
        if (seen is null)
        {
            int id = options.Greedy ? IndexOf(logits, size, largest) : Find(logits, size, largest, inverse, uniform * total, sums);
            return (id, LogProbability(logits[id], total));
        }

        int[] ids = [.. seen];
        float[] before = new float[ids.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            float value = before[i] = logits[ids[i]];
            logits[ids[i]] = value > 0 ? value / (float)options.RepetitionPenalty : value * (float)options.RepetitionPenalty;
        }

        float penalized = RowKernels.Max(logits, size);
        int chosen = options.Greedy
            ? IndexOf(logits, size, penalized)
            : Find(logits, size, penalized, inverse, uniform * Sum(logits, size, penalized, inverse, sums), sums);
        int place = Array.IndexOf(ids, chosen);
        return (chosen, LogProbability(place < 0 ? logits[chosen] : before[place], total));

        float LogProbability(float logit, double normalizer) => (float)((((double)logit - largest) * inverse) - Math.Log(normalizer));
    }

    // Sums of exp((logit - largest) * inverse) of each block, and of all.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum(float* logits, int size, float largest, float inverse, Span<double> sums)
    {
        double total = 0;
        for (int start = 0; start < size; start += Block)
        {
            int count = Math.Min(Block, size - start);
            Vector256<float> lanes = default;
            int i = 0;
            for (; i <= count - Lanes; i += Lanes)
                lanes += RowKernels.Exp((Vector256.Load(logits + start + i) - Vector256.Create(largest)) * inverse);
            double sum = Vector256.Sum(lanes);
            for (; i < count; i++)
                sum += ExpOf((logits[start + i] - largest) * inverse);
            total += sums[start / Block] = sum;
        }

        return total;
    }

    // The first token whose cumulative sum exceeds the target.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Find(float* logits, int size, float largest, float inverse, double target, ReadOnlySpan<double> sums)
    {
        int block = 0, last = -1;
        while ((block + 1) * Block < size && target >= sums[block])
            target -= sums[block++];
        for (int i = block * Block; i < Math.Min((block + 1) * Block, size); i++)
        {
            float value = ExpOf((logits[i] - largest) * inverse);
            if (value == 0)
                continue;
            last = i;
            target -= value;
            if (target < 0)
                return i;
        }

        // Rounding left the target at the block's very end: its last possible token, or the most likely of all.
        return last >= 0 ? last : IndexOf(logits, size, largest);
    }

    private static int IndexOf(float* logits, int size, float value) => new ReadOnlySpan<float>(logits, size).IndexOf(value);

    private static float ExpOf(float x) => x < -87 ? 0 : MathF.Exp(x);
}
