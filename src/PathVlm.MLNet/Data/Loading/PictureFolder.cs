namespace PathVlm.MLNet.Data.Loading;

/// <summary>
/// The folder that a set's pictures lie in. A set may name pictures below it and nowhere else: a path that is absolute or climbs out with
/// <c>..</c> is refused. Links that lie in the folder are followed: hubs keep files as links into a cache, and a link is made by whoever
/// owns the folder, not by the set.
/// </summary>
internal sealed class PictureFolder
{
    private readonly string _folder;
    private readonly string? _fallback;

    /// <summary>Takes the folder.</summary>
    /// <param name="folder">The folder that paths start from.</param>
    /// <param name="fallback">A folder inside it in which a picture is looked for where it is not found otherwise (<c>images</c>).</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public PictureFolder(string folder, string? fallback = null)
    {
        _folder = Path.GetFullPath(folder);
        _fallback = fallback;
        if (!Directory.Exists(_folder))
            throw new DirectoryNotFoundException($"picture folder [{_folder}] does not exist");
    }

    /// <summary>The full path of a picture, or what is wrong with it.</summary>
    /// <param name="relative">The path as the set writes it; <c>\</c> is read as <c>/</c>.</param>
    /// <param name="path">The full path.</param>
    /// <returns>Null where the picture is there and inside.</returns>
    public string? FaultOf(string relative, out string path)
    {
        string name = relative.Trim().Replace('\\', '/');
        path = "";
        if (name.Contains('\0', StringComparison.Ordinal))
            return "holds a zero character; expected a path below the picture folder";
        if (Path.IsPathRooted(name) || name.Length > 1 && name[1] == ':')
            return $"is [{relative}], an absolute path; expected a path below [{_folder}]";
        string full = Path.GetFullPath(name, _folder);
        if (!IsInside(full, _folder))
            return $"is [{relative}], which lies outside [{_folder}]; expected a path below it";
        if (!File.Exists(full) && _fallback is not null && File.Exists(Path.GetFullPath(name, Path.Combine(_folder, _fallback))))
            full = Path.GetFullPath(name, Path.Combine(_folder, _fallback));
        if (!IsInside(full, _folder))
            return $"is [{relative}], which lies outside [{_folder}]; expected a path below it";
        if (!File.Exists(full))
            return $"is [{relative}], but there is no picture [{full}]";
        path = full;
        return null;
    }

    private static bool IsInside(string path, string root) =>
        path.StartsWith(root.EndsWith(Path.DirectorySeparatorChar) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
