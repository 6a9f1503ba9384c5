namespace PathVlm.MLNet.Data.Loading;

/// <summary>The subsets and splits of a file that were asked for; what was asked for and is not there is an error.</summary>
internal sealed class DataParts(string source, IReadOnlyCollection<string>? subsets, IReadOnlyCollection<string>? splits)
{
    private readonly SortedSet<string> _foundSubsets = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _foundSplits = new(StringComparer.Ordinal);

    /// <summary>Whether the part was asked for; null asks for all.</summary>
    public bool Take(string subset, string split)
    {
        _foundSubsets.Add(subset);
        _foundSplits.Add(split);
        return (subsets is null || subsets.Contains(subset)) && (splits is null || splits.Contains(split));
    }

    /// <summary>Whether a file of this split was asked for; files of others need not be read.</summary>
    public bool TakeSplit(string split)
    {
        _foundSplits.Add(split);
        return splits is null || splits.Contains(split);
    }

    /// <summary>Refuses names that no part has.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A subset or split was asked for and is not there.</exception>
    public void RefuseUnknown()
    {
        Refuse(subsets, _foundSubsets, nameof(subsets));
        Refuse(splits, _foundSplits, nameof(splits));
    }

    private void Refuse(IReadOnlyCollection<string>? asked, SortedSet<string> found, string what)
    {
        string[] unknown = [.. (asked ?? []).Where(name => !found.Contains(name))];
        if (unknown.Length > 0)
            throw new ArgumentOutOfRangeException(what,
                $"{source} has no {what} [{string.Join("], [", unknown)}]; it has [{string.Join("], [", found)}]");
    }
}
