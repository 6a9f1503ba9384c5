using System.Buffers.Binary;
using System.Collections;
using System.Security.Cryptography;
using System.Text;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>
/// Shares rows out to stages by whole pictures, so that no picture is in two stages. Which picture goes where is a function of the seed and
/// the picture alone, not of the rows' order.
/// </summary>
/// <remarks>
/// Stage by stage: of the pictures left, n_k have k rows each. The stage takes x_k of them, as near as can be to its share of n_k, so that
/// the sum of k x_k is the size asked for, or the largest reachable sum below it.
/// </remarks>
internal static class PictureSplitter
{
    /// <summary>Assigns each row a stage.</summary>
    /// <param name="pictures">The picture of each row.</param>
    /// <param name="sizes">What each stage is to get.</param>
    /// <param name="seed">Seed of the choice.</param>
    /// <returns>The index of each row's stage, or -1; and the report.</returns>
    public static (int[] StageOfRow, SplitReport Report) Split(IReadOnlyList<string> pictures, IReadOnlyList<StageSize> sizes, int seed)
    {
        Queue<int[]>[] classes = Classes(pictures, seed);
        int[] stageOfRow = new int[pictures.Count];
        Array.Fill(stageOfRow, -1);
        var reports = new List<StageReport>();
        for (int stage = 0; stage < sizes.Count; stage++)
        {
            int[] counts = [.. classes.Select(pictures => pictures.Count)];
            int[] taken = Choose(counts, sizes[stage].Rows);
            for (int size = 1; size < classes.Length; size++)
                for (int picture = 0; picture < taken[size]; picture++)
                    foreach (int row in classes[size].Dequeue())
                        stageOfRow[row] = stage;
            reports.Add(
                new StageReport(sizes[stage].Stage, sizes[stage].Rows, taken.Select((count, size) => count * size).Sum(), taken.Sum()));
        }
        return (stageOfRow, new SplitReport(reports, stageOfRow.Count(stage => stage < 0)));
    }

    /// <summary>
    /// How many pictures of each row count to take so that the rows are <paramref name="target"/> or the nearest sum below.
    /// </summary>
    /// <param name="counts">Pictures there are with 0, 1, 2 … rows.</param>
    /// <param name="target">Rows wanted.</param>
    internal static int[] Choose(int[] counts, int target)
    {
        BitArray[] reachable = Reachable(counts, target);
        int left = target;
        while (!reachable[^1][left])
            left--;
        double share = (double)left / Math.Max(1, counts.Select((count, size) => count * size).Sum());
        int[] taken = new int[counts.Length];
        for (int size = counts.Length - 1; size > 0; size--)
        {
            int best = -1;
            for (int count = 0; count <= counts[size] && count * size <= left; count++)
                if (reachable[size - 1][left - count * size]
                    && (best < 0 || Math.Abs(count - share * counts[size]) < Math.Abs(best - share * counts[size])))
                    best = count;
            taken[size] = best;
            left -= best * size;
        }
        return taken;
    }

    // [k]: the sums up to the target that pictures with at most k rows can make.
    private static BitArray[] Reachable(int[] counts, int target)
    {
        var reachable = new BitArray[counts.Length];
        reachable[0] = new BitArray(target + 1);
        reachable[0][0] = true;
        for (int size = 1; size < counts.Length; size++)
        {
            var sums = new BitArray(reachable[size - 1]);
            for (int left = counts[size], part = 1; left > 0; left -= part, part *= 2)
            {
                part = Math.Min(part, left);
                if ((long)part * size <= target)
                    sums.Or(new BitArray(sums).LeftShift(part * size));
            }
            reachable[size] = sums;
        }
        return reachable;
    }

    // [k]: the pictures with k rows, in the seed's order, each as its rows.
    private static Queue<int[]>[] Classes(IReadOnlyList<string> pictures, int seed)
    {
        int[][] groups = [.. Enumerable.Range(0, pictures.Count).GroupBy(row => pictures[row])
            .OrderBy(group => Order(seed, group.Key), StringComparer.Ordinal).Select(group => group.ToArray())];
        int largest = groups.Length == 0 ? 0 : groups.Max(group => group.Length);
        Queue<int[]>[] classes = [.. Enumerable.Range(0, largest + 1).Select(_ => new Queue<int[]>())];
        foreach (int[] group in groups)
            classes[group.Length].Enqueue(group);
        return classes;
    }

    private static string Order(int seed, string picture)
    {
        byte[] text = Encoding.UTF8.GetBytes(picture);
        byte[] bytes = new byte[4 + text.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, seed);
        text.CopyTo(bytes, 4);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
