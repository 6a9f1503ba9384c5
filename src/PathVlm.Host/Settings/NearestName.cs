namespace PathVlm.Host.Settings;

/// <summary>The known name that a misspelt one is closest to.</summary>
internal static class NearestName
{
    /// <summary>A hint such as " (did you mean [train]?)"; empty where no name is close.</summary>
    /// <param name="name">What was written.</param>
    /// <param name="known">The known names.</param>
    internal static string Hint(string name, IEnumerable<string> known) =>
        Find(name, known) is { } near ? $" (did you mean [{near}]?)" : "";

    /// <summary>The closest name by edit distance, at most a third of its length apart; null where there is none.</summary>
    internal static string? Find(string name, IEnumerable<string> known) => known
        .Select(candidate => (Name: candidate, Distance: Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
        .Where(candidate => candidate.Distance <= Math.Max(1, candidate.Name.Length / 3))
        .OrderBy(candidate => candidate.Distance).Select(candidate => candidate.Name).FirstOrDefault();

    // Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
    private static int Distance(string first, string second)
    {
        int[,] cost = new int[first.Length + 1, second.Length + 1];
        for (int i = 0; i <= first.Length; i++) cost[i, 0] = i;
        for (int j = 0; j <= second.Length; j++) cost[0, j] = j;
        for (int i = 1; i <= first.Length; i++)
            for (int j = 1; j <= second.Length; j++)
            {
                int substituted = cost[i - 1, j - 1] + (first[i - 1] == second[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(substituted, Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1);
                if (i > 1 && j > 1 && first[i - 1] == second[j - 2] && first[i - 2] == second[j - 1])
                    cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }

        return cost[first.Length, second.Length];
    }
}
