using System.Security.Cryptography;
using System.Text;

namespace PathVlm.Modeling.Numerics;

/// <summary>
/// A stream of random numbers that is a function of its coordinates (seed, purpose, index): it does not depend on how many numbers were
/// drawn elsewhere. SplitMix64 (Steele, Lea and Flood, 2014), so that the numbers do not depend on the runtime's own generator.
/// Not safe for concurrent use.
/// </summary>
public sealed class SeededRandom
{
    private const double Grid = 1.0 / (1UL << 53);
    private ulong _state;

    internal SeededRandom(ulong state) => _state = state;

    /// <summary>What is added to the state before each draw: 2^64 divided by the golden ratio.</summary>
    internal const ulong Increment = 0x9E3779B97F4A7C15;

    /// <summary>The stream at one place.</summary>
    /// <param name="seed">Seed of the whole set.</param>
    /// <param name="purpose">What the numbers are for; two purposes never share a stream.</param>
    /// <param name="index">Number of the picture, row or document.</param>
    public static SeededRandom At(long seed, string purpose, long index)
    {
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{purpose}/{index}"));
        return new SeededRandom(BitConverter.ToUInt64(digest, 0));
    }

    /// <summary>The next 64 bits.</summary>
    public ulong NextBits()
    {
        _state += Increment;
        return Mix(_state);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double Next() => ToUniform(NextBits());

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public float Between(double low, double high) => (float)(low + ((high - low) * Next()));

    /// <summary>Uniform integer in [0, <paramref name="count"/>); <paramref name="count"/> is 1 or more.</summary>
    public int Below(int count) => (int)(Next() * count);

    /// <summary>Uniform integer in [<paramref name="low"/>, <paramref name="high"/>], both included.</summary>
    public int Count(int low, int high) => low + Below(high - low + 1);

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability) => Next() < probability;

    /// <summary>Standard normal draw (Box and Muller's first value).</summary>
    public float Normal()
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - Next()));
        return (float)(radius * Math.Cos(2 * Math.PI * Next()));
    }

    /// <summary>Nearly normal draw from 64 bits, for camera noise: four 16-bit uniforms summed, mean 0, deviation 1.</summary>
    public float Grain()
    {
        ulong bits = NextBits();
        int sum = (int)(bits & 0xFFFF) + (int)((bits >> 16) & 0xFFFF) + (int)((bits >> 32) & 0xFFFF) + (int)(bits >> 48);
        return (sum - 131070) * (1.7320508f / 65536);
    }

    /// <summary>One of the items, all equally likely.</summary>
    /// <param name="items">The items; one or more.</param>
    public T Pick<T>(IReadOnlyList<T> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return items[Below(items.Count)];
    }

    /// <summary>An index, with chances in proportion to the weights.</summary>
    /// <param name="weights">Weights, 0 or more; one or more.</param>
    public int PickWeighted(ReadOnlySpan<double> weights)
    {
        double total = 0;
        foreach (double weight in weights)
            total += weight;
        double left = Next() * total;
        for (int index = 0; index < weights.Length - 1; index++)
        {
            left -= weights[index];
            if (left < 0)
                return index;
        }
        return weights.Length - 1;
    }

    /// <summary>The items in random order (Fisher and Yates), as a new list.</summary>
    public List<T> Shuffled<T>(IEnumerable<T> items)
    {
        List<T> list = [.. items];
        for (int last = list.Count - 1; last > 0; last--)
        {
            int other = Below(last + 1);
            (list[last], list[other]) = (list[other], list[last]);
        }
        return list;
    }

    /// <summary>The finaliser of SplitMix64: a bijection of 64 bits in which every input bit moves half the output bits.</summary>
    internal static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>64 bits as a number in [0, 1), on a grid of 2^-53.</summary>
    internal static double ToUniform(ulong bits) => (bits >> 11) * Grid;
}
