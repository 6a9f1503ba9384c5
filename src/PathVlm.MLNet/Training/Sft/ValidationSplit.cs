using PathVlm.MLNet.Training.Loop;
using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.MLNet.Training.Sft;

/// <summary>
/// Keeps a share of the examples from training to validate by. Examples with a picture in common stay on one side, so that no picture is
/// both trained on and judged by. A function of the seed.
/// </summary>
public static class ValidationSplit
{
    private const long Stream = -2;

    /// <summary>Indexes of both sides, each in the order of the examples.</summary>
    /// <param name="pictureHashes">For each example the content hashes of its pictures; an example without pictures stands alone.</param>
    /// <param name="fraction">Share to keep for validation, 0 to 1; groups of examples are added until the next would exceed it.</param>
    /// <param name="seed">Decides which.</param>
    public static (int[] Training, int[] Validation) Of(IReadOnlyList<IReadOnlyList<string>> pictureHashes, double fraction, long seed)
    {
        ArgumentNullException.ThrowIfNull(pictureHashes);
        int[][] groups = [.. GroupsOf(pictureHashes)];
        int[] order = [.. Enumerable.Range(0, groups.Length)];
        ExampleOrder.Shuffle(order, new DrawCoordinates(seed, 0, Stream, 0));
        int wanted = (int)Math.Round(fraction * pictureHashes.Count), taken = 0;
        HashSet<int> validation = [];
        foreach (int group in order)
        {
            if (taken + groups[group].Length > wanted) continue;
            taken += groups[group].Length;
            validation.UnionWith(groups[group]);
        }
        return ([.. Enumerable.Range(0, pictureHashes.Count).Where(i => !validation.Contains(i))], [.. validation.Order()]);
    }

    private static IEnumerable<int[]> GroupsOf(IReadOnlyList<IReadOnlyList<string>> pictureHashes)
    {
        int[] parent = [.. Enumerable.Range(0, pictureHashes.Count)];
        Dictionary<string, int> firstWith = new(StringComparer.Ordinal);
        for (int i = 0; i < parent.Length; i++)
            foreach (string hash in pictureHashes[i])
                if (!firstWith.TryAdd(hash, i)) parent[Root(i)] = Root(firstWith[hash]);
        return Enumerable.Range(0, parent.Length).GroupBy(Root).Select(group => group.ToArray());

        int Root(int i)
        {
            while (parent[i] != i) i = parent[i] = parent[parent[i]];
            return i;
        }
    }
}
