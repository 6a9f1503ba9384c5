using System.Numerics;
using PathVlm.MLNet.Data.Overlaps;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>Compares the pictures of the stages of a set, each different picture of a stage once.</summary>
internal static class LeakFinder
{
    /// <summary>Finds the leaks.</summary>
    /// <param name="rows">Rows with stages.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    public static LeakReport Find(IReadOnlyList<RowPicture<PictureFingerprint>> rows, CancellationToken cancellation)
    {
        RowPicture<PictureFingerprint>[] pictures = [.. rows.DistinctBy(row => (row.Stage, row.Picture.Exact))];
        List<Leak> near = Near(pictures);
        return new LeakReport(rows.Select(row => row.Picture.Exact).Distinct().Count(), Exact(pictures), near)
        {
            Groups = Groups(rows),
            Overlaps = Overlaps(pictures, near, cancellation),
        };
    }

    // Pairs that are not told as equal or nearly equal.
    private static OverlapLeak[] Overlaps(
        RowPicture<PictureFingerprint>[] pictures, IReadOnlyList<Leak> near, CancellationToken cancellation)
    {
        HashSet<(string, string)> told = [.. near.Select(leak => (leak.FirstId, leak.SecondId))];
        return
        [
            .. OverlapFinder.Find([.. pictures.Select(row => row.Picture.Features)], MayPair, cancellation).Select(pair => new OverlapLeak(
                pictures[pair.First].Row, pictures[pair.First].Stage, pictures[pair.Second].Row, pictures[pair.Second].Stage,
                pair.Agreement.Correlation, pair.Agreement.Share)),
        ];

        bool MayPair(int first, int second) => pictures[first].Stage != pictures[second].Stage
            && pictures[first].Picture.Exact != pictures[second].Picture.Exact
            && !told.Contains((pictures[first].Row, pictures[second].Row));
    }

    private static GroupLeak[] Groups(IReadOnlyList<RowPicture<PictureFingerprint>> rows) =>
    [
        .. rows.Where(row => row.Group.Length > 0).GroupBy(row => row.Group)
            .Select(group => new GroupLeak(group.Key, group.CountBy(row => row.Stage).ToDictionary()))
            .Where(group => group.RowsOfStage.Count > 1),
    ];

    private static List<Leak> Exact(RowPicture<PictureFingerprint>[] pictures)
    {
        var leaks = new List<Leak>();
        foreach (IGrouping<string, RowPicture<PictureFingerprint>> same in pictures.GroupBy(row => row.Picture.Exact))
            leaks.AddRange(
                from pair in Pairs(same.ToArray()) select new Leak(
                pair.First.Row, pair.First.Stage, pair.Second.Row, pair.Second.Stage, 0, 0));
        return leaks;
    }

    private static IEnumerable<(T First, T Second)> Pairs<T>(T[] items)
    {
        for (int first = 0; first < items.Length; first++)
            for (int second = first + 1; second < items.Length; second++)
                yield return (items[first], items[second]);
    }

    private static List<Leak> Near(RowPicture<PictureFingerprint>[] pictures)
    {
        var leaks = new List<Leak>();
        var index = new DifferenceHashIndex();
        foreach (RowPicture<PictureFingerprint> row in pictures)
        {
            foreach (int number in row.Picture.Orientations.SelectMany(index.Near).Select(near => near.Number).Distinct().Order())
            {
                RowPicture<PictureFingerprint> first = pictures[number];
                if (first.Stage == row.Stage || first.Picture.Exact == row.Picture.Exact)
                    continue;
                (int bits, int orientation) = row.Picture.Orientations
                    .Select((hash, turn) => (BitOperations.PopCount(hash ^ first.Picture.Orientations[0]), turn)).Min();
                leaks.Add(new Leak(first.Row, first.Stage, row.Row, row.Stage, bits, orientation));
            }
            index.Add(row.Picture.Orientations[0]);
        }
        return leaks;
    }
}
