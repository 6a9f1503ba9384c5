using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace PathVlm.Modeling.Native;

/// <summary>
/// A folder of the user's that keeps changed copies of native libraries. A copy lies in a folder named by its content's SHA-256; what lies
/// there is compared with what it has to be before it is used, and replaced in one move where it differs.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class NativeCache
{
    /// <summary>Environment variable that names another folder than the user's cache.</summary>
    public const string Variable = "PATHVLM_NATIVE_CACHE";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>The folder: <see cref="Variable"/>, else <c>pathvlm/native</c> in the user's cache; null where the user has none.</summary>
    public static string? Folder()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named) return Path.GetFullPath(named);
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given ? given
            : Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".cache") : null;
        return cache is not null && Path.IsPathRooted(cache) ? Path.Combine(cache, "pathvlm", "native") : null;
    }

    /// <summary>The path of a file in the cache that holds exactly these bytes; written where it is not there or differs.</summary>
    /// <param name="folder">The cache folder; made where it does not exist, for its owner alone.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="content">What it has to hold.</param>
    /// <returns>Null where the folder cannot be written or others may write in it.</returns>
    public static string? Place(string folder, string name, byte[] content)
    {
        try
        {
            string own = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(content))[..32]), path = Path.Combine(own, name);
            foreach (string made in (ReadOnlySpan<string>)[folder, own])
            {
                Directory.CreateDirectory(made, OwnerOnly);
                if ((File.GetUnixFileMode(made) & WritableByOthers) != 0) return null;
            }

            if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(content)) return path;
            string written = $"{path}.{Guid.NewGuid():N}";
            using (FileStream file = new(
                written, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
                file.Write(content);
            File.Move(written, path, overwrite: true);
            return path;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
