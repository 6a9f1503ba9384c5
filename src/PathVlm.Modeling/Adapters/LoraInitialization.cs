using static TorchSharp.torch;

namespace PathVlm.Modeling.Adapters;

/// <summary>
/// PEFT's start of an adapter: A uniform in ±1/sqrt(inputs) (Kaiming uniform with a = sqrt(5)), B zero. Each A draws from a generator of its
/// own, so its values depend on the seed and its layer's name alone.
/// </summary>
internal static class LoraInitialization
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>Fills the A's; the B's of a new adapter are zero already.</summary>
    public static void Fill(LoraAdapter adapter, long seed)
    {
        using var none = no_grad();
        foreach ((LoraTarget target, Tensor down, _) in adapter.Pairs)
        {
            using var scope = NewDisposeScope();
            Tensor drawn = tensor(Draw(down.numel(), 1 / Math.Sqrt(target.Inputs), SeedOf(seed, target.Name)), down.shape);
            down.copy_(drawn);
        }

        adapter.ValuesChanged();
    }

    private static float[] Draw(long count, double bound, ulong seed)
    {
        float[] values = new float[count];
        for (long index = 0; index < count; index++)
        {
            double uniform = (Mix(seed + ((ulong)(index + 1) * Golden)) >> 11) * (1.0 / (1UL << 53));
            values[index] = (float)(bound * ((2 * uniform) - 1));
        }

        return values;
    }

    /// <summary>FNV-1a of the name, mixed with the seed.</summary>
    private static ulong SeedOf(long seed, string name)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (char character in name) hash = (hash ^ character) * 0x100000001B3;
        return Mix(hash ^ (ulong)seed);
    }

    // The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
