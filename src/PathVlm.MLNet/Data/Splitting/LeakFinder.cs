using System.Numerics;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>Compares the pictures of the stages of a set, each different picture of a stage once.</summary>
internal static class LeakFinder
{
    public static LeakReport Find(IReadOnlyList<RowPicture<PictureFingerprint>> rows)
    {
        RowPicture<PictureFingerprint>[] pictures = [.. rows.DistinctBy(row => (row.Stage, row.Picture.Exact))];
        return new LeakReport(rows.Select(row => row.Picture.Exact).Distinct().Count(), Exact(pictures), Near(pictures))
        {
            Groups = Groups(rows),
        };
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
