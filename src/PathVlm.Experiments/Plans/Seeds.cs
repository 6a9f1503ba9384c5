namespace PathVlm.Experiments.Plans;

/// <summary>Seeds for APIs that accept 32 bits, such as <c>MLContext</c>.</summary>
public static class Seeds
{
    /// <summary>The seed where it fits into 32 bits; otherwise both of its halves combined, so that every seed can be used.</summary>
    /// <param name="seed">Any seed.</param>
    public static int Fold(long seed) => seed is >= int.MinValue and <= int.MaxValue ? (int)seed : unchecked((int)(seed ^ (seed >>> 32)));
}
