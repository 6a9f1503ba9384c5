using System.Numerics;
using System.Runtime.InteropServices;

namespace PathVlm.MLNet.Data.Overlaps;

/// <summary>
/// Finds pairs of tiles that overlap or were cut from one place. Points with similar codes are found by an index of parts of the codes; a
/// pair of tiles with several is checked by the placement of the points and then by its pixels, so that tiles of one kind of tissue are
/// not taken for one another.
/// </summary>
internal sealed class OverlapFinder
{
    private const int Tables = 14, TableBits = 18, FewestKeyBits = 12, MostDifferent = 58, FewestPairs = 5;
    private const int PointsInBucket = 24, FullBucket = 400;

    private readonly IReadOnlyList<TileFeatures> _tiles;
    private readonly int _keyBits;
    private readonly Dictionary<int, List<(int Tile, int Point)>>[] _tables;

    private OverlapFinder(IReadOnlyList<TileFeatures> tiles)
    {
        _tiles = tiles;
        int points = tiles.Sum(tile => tile.Points.Length);
        _keyBits = Math.Clamp(BitOperations.Log2((uint)Math.Max(1, points / PointsInBucket)) + 1, FewestKeyBits, TableBits);
        _tables = new Dictionary<int, List<(int Tile, int Point)>>[Tables];
    }

    /// <summary>The pairs, the lower index first, with how they agree.</summary>
    /// <param name="tiles">The tiles.</param>
    /// <param name="mayPair">Whether a pair of indices, the lower first, is of interest; called by several threads.</param>
    /// <param name="cancellation">Stops between two tiles.</param>
    public static IReadOnlyList<(int First, int Second, TileAgreement Agreement)> Find(
        IReadOnlyList<TileFeatures> tiles, Func<int, int, bool> mayPair, CancellationToken cancellation = default)
    {
        OverlapFinder finder = new(tiles);
        ParallelOptions options = new() { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, Tables, options, finder.Fill);
        List<(int, int, TileAgreement)>[] found = new List<(int, int, TileAgreement)>[tiles.Count];
        Parallel.For(0, tiles.Count, options, tile => found[tile] = finder.Earlier(tile, mayPair));
        return [.. found.SelectMany(pairs => pairs)];
    }

    private void Fill(int table)
    {
        Dictionary<int, List<(int Tile, int Point)>> buckets = [];
        for (int tile = 0; tile < _tiles.Count; tile++)
            for (int point = 0; point < _tiles[tile].Points.Length; point++)
                (CollectionsMarshal.GetValueRefOrAddDefault(buckets, KeyOf(table, tile, point), out _) ??= []).Add((tile, point));
        _tables[table] = buckets;
    }

    private List<(int First, int Second, TileAgreement Agreement)> Earlier(int tile, Func<int, int, bool> mayPair)
    {
        List<(int, int, TileAgreement)> found = [];
        foreach ((int earlier, Dictionary<int, (int Point, int Bits)> nearest) in Similar(tile, mayPair).OrderBy(pair => pair.Key))
            if (nearest.Count >= FewestPairs
                && TileMatch.Find(
                    _tiles[tile], _tiles[earlier],
                    [.. nearest.Select(pair => (_tiles[tile].Points[pair.Key], _tiles[earlier].Points[pair.Value.Point]))])
                    is { ShowsOnePlace: true } agreement)
                found.Add((earlier, tile, agreement));
        return found;
    }

    // Of each earlier tile: which of its points is nearest to each point of the tile, where one is near.
    private Dictionary<int, Dictionary<int, (int Point, int Bits)>> Similar(int tile, Func<int, int, bool> mayPair)
    {
        Dictionary<int, Dictionary<int, (int Point, int Bits)>> similar = [];
        TilePoint[] points = _tiles[tile].Points;
        for (int own = 0; own < points.Length; own++)
            for (int table = 0; table < Tables; table++)
            {
                List<(int Tile, int Point)> bucket = _tables[table][KeyOf(table, tile, own)];
                if (bucket.Count > FullBucket)
                    continue;
                foreach ((int other, int point) in bucket)
                {
                    if (other >= tile)
                        break; // a bucket holds its tiles in order
                    int bits = points[own].Code.DistanceTo(_tiles[other].Points[point].Code);
                    if (bits > MostDifferent || !mayPair(other, tile))
                        continue;
                    Dictionary<int, (int Point, int Bits)> nearest =
                        CollectionsMarshal.GetValueRefOrAddDefault(similar, other, out _) ??= [];
                    if (!nearest.TryGetValue(own, out (int Point, int Bits) known) || bits < known.Bits)
                        nearest[own] = (point, bits);
                }
            }
        return similar;
    }

    private int KeyOf(int table, int tile, int point) => _tiles[tile].Points[point].Code.Part(table * TableBits, _keyBits);
}
