using System.Numerics;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>
/// Finds hashes few bits apart. The 64 bits are cut into 7 bands; two hashes that differ in at most 6 bits are equal in one band at
/// least, so only hashes that share a band are compared.
/// </summary>
internal sealed class DifferenceHashIndex
{
    /// <summary>Most bits apart that are found.</summary>
    public const int MostBits = 6;

    private const int Bands = MostBits + 1;

    private readonly List<ulong> _hashes = [];
    private readonly Dictionary<ulong, List<int>>[] _bands = [.. Enumerable.Range(0, Bands).Select(
        _ => new Dictionary<ulong, List<int>>())];

    /// <summary>Adds a hash; its number is the count of those added before.</summary>
    public void Add(ulong hash)
    {
        for (int band = 0; band < Bands; band++)
        {
            if (!_bands[band].TryGetValue(Part(hash, band), out List<int>? members))
                _bands[band][Part(hash, band)] = members = [];
            members.Add(_hashes.Count);
        }
        _hashes.Add(hash);
    }

    /// <summary>Numbers of the hashes at most <see cref="MostBits"/> bits from this one, in order, with the distance.</summary>
    public IEnumerable<(int Number, int Bits)> Near(ulong hash)
    {
        var found = new SortedDictionary<int, int>();
        for (int band = 0; band < Bands; band++)
            foreach (int number in _bands[band].GetValueOrDefault(Part(hash, band)) ?? [])
                if (BitOperations.PopCount(_hashes[number] ^ hash) is int bits and <= MostBits)
                    found[number] = bits;
        return found.Select(pair => (pair.Key, pair.Value));
    }

    private static ulong Part(ulong hash, int band)
    {
        int start = band * 64 / Bands, end = (band + 1) * 64 / Bands;
        return hash >> start & (1UL << end - start) - 1;
    }
}
