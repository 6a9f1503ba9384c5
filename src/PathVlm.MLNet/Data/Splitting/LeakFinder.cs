using System.Numerics;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>Compares the pictures of the stages of a set, each different picture of a stage once.</summary>
internal static class LeakFinder
{
    public static LeakReport Find(IReadOnlyList<(string Id, string Stage, PictureFingerprint Picture)> rows)
    {
        (string Id, string Stage, PictureFingerprint Picture)[] pictures = [.. rows.DistinctBy(row => (row.Stage, row.Picture.Exact))];
        return new LeakReport(rows.Select(row => row.Picture.Exact).Distinct().Count(), Exact(pictures), Near(pictures));
    }

    private static List<Leak> Exact((string Id, string Stage, PictureFingerprint Picture)[] pictures)
    {
        var leaks = new List<Leak>();
        foreach (IGrouping<string, (string Id, string Stage, PictureFingerprint Picture)> same in pictures.GroupBy(
            row => row.Picture.Exact))
            leaks.AddRange(
                from pair in Pairs(same.ToArray()) select new Leak(
                pair.First.Id, pair.First.Stage, pair.Second.Id, pair.Second.Stage, 0, 0));
        return leaks;
    }

    private static IEnumerable<(T First, T Second)> Pairs<T>(T[] items)
    {
        for (int first = 0; first < items.Length; first++)
            for (int second = first + 1; second < items.Length; second++)
                yield return (items[first], items[second]);
    }

    private static List<Leak> Near((string Id, string Stage, PictureFingerprint Picture)[] pictures)
    {
        var leaks = new List<Leak>();
        var index = new DifferenceHashIndex();
        foreach ((string id, string stage, PictureFingerprint picture) in pictures)
        {
            foreach (int number in picture.Orientations.SelectMany(index.Near).Select(near => near.Number).Distinct().Order())
            {
                (string firstId, string firstStage, PictureFingerprint first) = pictures[number];
                if (firstStage == stage || first.Exact == picture.Exact)
                    continue;
                (int bits, int orientation) = picture.Orientations
                    .Select((hash, turn) => (BitOperations.PopCount(hash ^ first.Orientations[0]), turn)).Min();
                leaks.Add(new Leak(firstId, firstStage, id, stage, bits, orientation));
            }
            index.Add(picture.Orientations[0]);
        }
        return leaks;
    }
}
