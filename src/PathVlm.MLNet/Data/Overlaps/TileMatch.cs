namespace PathVlm.MLNet.Data.Overlaps;

/// <summary>Checks whether two tiles show one place.</summary>
internal static class TileMatch
{
    private const int FewestInliers = 5, MostTrials = 400;
    private const double Near = 4;

    /// <summary>How the tiles agree where they overlap, given points that look alike; null where no placement fits the points.</summary>
    public static TileAgreement? Find(TileFeatures first, TileFeatures second, IReadOnlyList<(TilePoint From, TilePoint To)> pairs) =>
        Best(pairs) is { } placed ? TileAgreement.Of(first.Band, second.Band, placed) : null;

    // The placement that most pairs agree on, fitted to them. Every so many-th couple of pairs is tried.
    private static Placement? Best(IReadOnlyList<(TilePoint From, TilePoint To)> pairs)
    {
        int couples = pairs.Count * (pairs.Count - 1) / 2, step = Math.Max(1, couples / MostTrials), couple = 0, most = 0;
        Placement? best = null;
        for (int first = 0; first < pairs.Count; first++)
            for (int second = first + 1; second < pairs.Count; second++)
                if (couple++ % step == 0 && Placement.Of(pairs[first], pairs[second]) is { IsPlausible: true } placed
                    && Agreeing(pairs, placed) is int count && count > most)
                    (best, most) = (placed, count);
        if (best is null || most < FewestInliers)
            return null;
        for (int round = 0; round < 2; round++)
        {
            (TilePoint From, TilePoint To)[] inliers = [.. pairs.Where(pair => Agrees(pair, best.Value)).DistinctBy(pair => pair.To)];
            if (inliers.Length < FewestInliers || Placement.Fit(inliers) is not { IsPlausible: true } fitted)
                return null;
            best = fitted;
        }
        return best;
    }

    private static int Agreeing(IReadOnlyList<(TilePoint From, TilePoint To)> pairs, Placement placed)
    {
        int count = 0;
        foreach ((TilePoint From, TilePoint To) pair in pairs)
            if (Agrees(pair, placed))
                count++;
        return count;
    }

    private static bool Agrees((TilePoint From, TilePoint To) pair, Placement placed)
    {
        (double x, double y) = placed.Of(pair.From.X, pair.From.Y);
        return (x - pair.To.X) * (x - pair.To.X) + (y - pair.To.Y) * (y - pair.To.Y) < Near * Near;
    }
}
