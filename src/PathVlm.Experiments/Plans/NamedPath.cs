namespace PathVlm.Experiments.Plans;

/// <summary>A file or folder with a name; the name is used for a folder of the output.</summary>
/// <param name="Name">The name, unique in its list.</param>
/// <param name="Path">The file or folder.</param>
public sealed record NamedPath(string Name, string Path)
{
    /// <summary>Names each path by its last part, without the extension of a file.</summary>
    /// <param name="argument">What messages call the list, such as <c>--base</c>.</param>
    /// <param name="paths">The paths.</param>
    /// <param name="reservedNames">Names that no path may have.</param>
    /// <exception cref="ArgumentException">A path does not exist, two have the same name, or a name is reserved.</exception>
    public static IReadOnlyList<NamedPath> FromPaths(string argument, IEnumerable<string> paths, params IReadOnlyList<string> reservedNames)
    {
        ArgumentNullException.ThrowIfNull(paths);
        NamedPath[] named = [.. paths.Select(path => new NamedPath(NameOf(path), System.IO.Path.GetFullPath(path)))];
        foreach (NamedPath item in named)
            if (!File.Exists(item.Path) && !Directory.Exists(item.Path))
                throw new ArgumentException($"{argument}: expected a file or folder that exists, got [{item.Path}]", nameof(paths));
        foreach (IGrouping<string, NamedPath> name in named.GroupBy(item => item.Name, StringComparer.OrdinalIgnoreCase))
            if (name.Count() > 1 || reservedNames.Contains(name.Key, StringComparer.OrdinalIgnoreCase))
                throw new ArgumentException(
                    $"{argument}: the name [{name.Key}] is taken ({string.Join(", ", name.Select(item => item.Path))}); "
                    + "expected paths whose last parts differ", nameof(paths));
        return named;
    }

    private static string NameOf(string path)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        return File.Exists(full) ? System.IO.Path.GetFileNameWithoutExtension(full) : System.IO.Path.GetFileName(full);
    }
}
