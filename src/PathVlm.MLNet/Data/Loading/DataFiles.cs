namespace PathVlm.MLNet.Data.Loading;

/// <summary>Finds the file that a user means by a path.</summary>
internal static class DataFiles
{
    /// <summary>The file itself; or, of a folder, the file of the usual name, or the only one that fits a pattern.</summary>
    /// <exception cref="FileNotFoundException">There is nothing at the path, or no fitting file in the folder.</exception>
    /// <exception cref="ArgumentException">Several files fit.</exception>
    public static string Find(string path, string usualName, params string[] patterns)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string full = Path.GetFullPath(path);
        if (File.Exists(full))
            return full;
        if (!Directory.Exists(full))
            throw new FileNotFoundException($"[{full}] is neither a file nor a folder", full);
        string usual = Path.Combine(full, usualName);
        if (File.Exists(usual))
            return usual;
        string[] fitting = [.. patterns.SelectMany(pattern => Directory.EnumerateFiles(full, pattern)).Order(StringComparer.Ordinal)];
        return fitting.Length switch
        {
            1 => fitting[0],
            0 => throw new FileNotFoundException(
                $"folder [{full}] holds no {usualName} and no other {string.Join(" or ", patterns)}", full),
            _ => throw new ArgumentException(
                $"folder [{full}] holds {fitting.Length} files ({string.Join(", ", fitting.Select(Path.GetFileName))}); name one of them",
                    nameof(path)),
        };
    }
}
