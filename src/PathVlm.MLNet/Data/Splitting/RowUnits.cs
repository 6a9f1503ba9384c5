namespace PathVlm.MLNet.Data.Splitting;

/// <summary>
/// Units of rows that must stay in one stage: rows with one picture, and rows of one group, and what these link together.
/// </summary>
internal static class RowUnits
{
    /// <summary>The unit of each row: the least of the pictures' names in it, so that without groups it is the row's picture.</summary>
    /// <param name="pictures">The picture of each row.</param>
    /// <param name="groups">The patient, case or slide of each row; empty where it is not known.</param>
    public static string[] Of(IReadOnlyList<string> pictures, IReadOnlyList<string> groups)
    {
        Dictionary<string, string> pictureOfGroup = new(StringComparer.Ordinal);
        Dictionary<string, string> parents = new(StringComparer.Ordinal);
        for (int row = 0; row < pictures.Count; row++)
        {
            parents.TryAdd(pictures[row], pictures[row]);
            if (groups[row].Length > 0 && !pictureOfGroup.TryAdd(groups[row], pictures[row]))
                Join(parents, pictures[row], pictureOfGroup[groups[row]]);
        }
        return [.. pictures.Select(picture => RootOf(parents, picture))];
    }

    // The least name becomes the root of both.
    private static void Join(Dictionary<string, string> parents, string first, string second)
    {
        (string one, string other) = (RootOf(parents, first), RootOf(parents, second));
        if (string.CompareOrdinal(one, other) < 0)
            parents[other] = one;
        else
            parents[one] = other;
    }

    private static string RootOf(Dictionary<string, string> parents, string picture)
    {
        string root = picture;
        while (parents[root] != root)
            root = parents[root];
        while (picture != root)
        {
            string next = parents[picture];
            parents[picture] = root;
            picture = next;
        }
        return root;
    }
}
