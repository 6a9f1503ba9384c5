using System.Buffers.Binary;
using System.Collections;
using System.Security.Cryptography;
using System.Text;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>
/// Shares rows out to stages by whole pictures, so that no picture is in two stages; rows of one patient, case or slide are one unit with
/// all their pictures. Which unit goes where is a function of the seed and the unit alone, not of the rows' order. The stage Test is dealt
/// first: other sizes of the other stages leave its rows alone, so that no size makes a row trained on a test row of another run.
/// </summary>
/// <remarks>
/// Stage by stage: of the pictures left, n_k have k rows each. The stage takes x_k of them, as near as can be to its share of n_k, so that
/// the sum of k x_k is the size asked for, or the largest reachable sum below it.
/// </remarks>
internal static class PictureSplitter
{
    /// <summary>Assigns each row a stage, or none.</summary>
    /// <param name="rows">The rows with the names of their pictures.</param>
    /// <param name="sizes">What each stage is to get.</param>
    /// <param name="seed">Seed of the choice.</param>
    public static (string?[] Stages, SplitReport Report) Split(
        IReadOnlyList<RowPicture<string>> rows, IReadOnlyList<StageSize> sizes, int seed)
    {
        string[] units = RowUnits.Of([.. rows.Select(row => row.Picture)], [.. rows.Select(row => row.Group)]);
        (int[] stageOfRow, SplitReport report) = Split(
            units, sizes, seed, (unit, stage) => sizes[stage].Splits is not { } own || unit.All(row => own.Contains(rows[row].Split)));
        StageReport[] stages = [.. report.Stages.Select((stage, place) =>
        {
            RowPicture<string>[] own = [.. rows.Where((_, row) => stageOfRow[row] == place)];
            return stage with
            {
                Pictures = own.Select(row => row.Picture).Distinct().Count(),
                Groups = own.Select(row => row.Group).Where(group => group.Length > 0).Distinct().Count(),
            };
        })];
        return ([.. stageOfRow.Select(stage => stage < 0 ? null : sizes[stage].Stage)], report with { Stages = stages });
    }

    /// <summary>Assigns each row a stage.</summary>
    /// <param name="pictures">The picture of each row, or its unit of pictures (<see cref="RowUnits"/>).</param>
    /// <param name="sizes">What each stage is to get.</param>
    /// <param name="seed">Seed of the choice.</param>
    /// <param name="mayTake">Whether a stage may take a unit, given as its rows; null for every unit.</param>
    /// <returns>The index of each row's stage, or -1; and the report.</returns>
    public static (int[] StageOfRow, SplitReport Report) Split(
        IReadOnlyList<string> pictures, IReadOnlyList<StageSize> sizes, int seed, Func<int[], int, bool>? mayTake = null)
    {
        List<int[]> left = Units(pictures, seed);
        int[] stageOfRow = new int[pictures.Count];
        Array.Fill(stageOfRow, -1);
        var reports = new StageReport[sizes.Count];
        foreach (int stage in Enumerable.Range(0, sizes.Count).OrderBy(stage => sizes[stage].Stage == PathologyStages.Test ? 0 : 1))
        {
            ILookup<int, int[]> bySize = left.Where(unit => mayTake?.Invoke(unit, stage) != false).ToLookup(unit => unit.Length);
            int largest = left.Count == 0 ? 0 : left.Max(unit => unit.Length);
            int[] taken = Choose([.. Enumerable.Range(0, largest + 1).Select(size => bySize[size].Count())], sizes[stage].Rows);
            foreach (int[] unit in taken.SelectMany((count, size) => bySize[size].Take(count)))
                foreach (int row in unit)
                    stageOfRow[row] = stage;
            left.RemoveAll(unit => stageOfRow[unit[0]] >= 0);
            reports[stage] = new StageReport(
                sizes[stage].Stage, sizes[stage].Rows, taken.Select((count, size) => count * size).Sum(), taken.Sum());
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

    // The units in the seed's order, each as its rows.
    private static List<int[]> Units(IReadOnlyList<string> pictures, int seed) =>
        [.. Enumerable.Range(0, pictures.Count).GroupBy(row => pictures[row])
            .OrderBy(group => Order(seed, group.Key), StringComparer.Ordinal).Select(group => group.ToArray())];

    private static string Order(int seed, string picture)
    {
        byte[] text = Encoding.UTF8.GetBytes(picture);
        byte[] bytes = new byte[4 + text.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, seed);
        text.CopyTo(bytes, 4);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
