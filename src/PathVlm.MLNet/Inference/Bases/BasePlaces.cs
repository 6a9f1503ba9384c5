namespace PathVlm.MLNet.Inference.Bases;

/// <summary>Folders in which a base model may lie that somebody names by path or by its name on the hub.</summary>
internal static class BasePlaces
{
    /// <summary>Environment variable that names a checkpoint folder, or a folder of checkpoint folders.</summary>
    public const string Variable = "PATHVLM_BASE";

    private const string Configuration = "config.json";

    /// <summary>Candidates in the order in which they are tried, each with the place it stands for; a folder comes once.</summary>
    /// <param name="named">Path or hub name of the base.</param>
    /// <param name="besides">The zip or adapter folder that names it; null where there is none.</param>
    public static IEnumerable<(string Place, string Folder)> Candidates(string named, string? besides)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach ((string place, string folder) in All(named, besides))
            if (seen.Add(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))) yield return (place, folder);
    }

    /// <summary>The places in words, for a message that nothing was found.</summary>
    public static string InWords(string named, string? besides) => string.Join("; ",
    [
        $"[{named}]",
        .. besides is null ? Array.Empty<string>() : [$"beside [{besides}]"],
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable ? $"{Variable} [{variable}]" : $"{Variable} (not set)",
        $"the hub cache [{HubCache}]",
    ]);

    /// <summary>The cache of hub downloads, as huggingface_hub finds it.</summary>
    private static string HubCache
    {
        get
        {
            if (Environment.GetEnvironmentVariable("HF_HUB_CACHE") is { Length: > 0 } cache) return cache;
            string home = Environment.GetEnvironmentVariable("HF_HOME") is { Length: > 0 } named
                ? named
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "huggingface");
            return Path.Combine(home, "hub");
        }
    }

    private static IEnumerable<(string Place, string Folder)> All(string named, string? besides)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(named));
        yield return ("the path it names", named);
        if (besides is not null)
        {
            string parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(besides)))!;
            if (!Path.IsPathRooted(named)) yield return ("beside it", Path.Combine(parent, named));
            yield return ("beside it", Path.Combine(parent, name));
            foreach (string folder in Checkpoints(parent)) yield return ("beside it", folder);
        }

        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable)
        {
            yield return (Variable, variable);
            yield return (Variable, Path.Combine(variable, name));
            foreach (string folder in Checkpoints(variable)) yield return (Variable, folder);
        }

        string wanted = named.Replace("/", "--", StringComparison.Ordinal);
        foreach (string model in Folders(HubCache)
            .Where(folder => Path.GetFileName(folder).StartsWith("models--", StringComparison.Ordinal))
            .OrderByDescending(folder => Path.GetFileName(folder).EndsWith(wanted, StringComparison.Ordinal)))
            foreach (string snapshot in Checkpoints(Path.Combine(model, "snapshots"))) yield return ("the hub cache", snapshot);
    }

    private static IEnumerable<string> Checkpoints(string folder) =>
        Folders(folder).Where(inner => File.Exists(Path.Combine(inner, Configuration)));

    private static string[] Folders(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)] : [];
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
    }
}
