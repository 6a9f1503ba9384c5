using System.IO.Compression;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML;

namespace PathVlm.MLNet.Persistence;

/// <summary>
/// The zip behind ML.NET's archive: its path, so that weights can lie beside it, and the sizes it declares. ML.NET hands a component the
/// archive alone; the fields on the way are private, so a release that renames one gives null everywhere here, and nothing else breaks.
/// </summary>
internal static class ZipAccess
{
    private static readonly ConditionalWeakTable<Stream, string> Paths = [];

    /// <summary>Says which file a stream reads that was not opened by its path.</summary>
    public static void SetPath(Stream stream, string path) => Paths.AddOrUpdate(stream, Path.GetFullPath(path));

    /// <summary>Full path of the zip, or null where it is not read from or written straight to a file.</summary>
    public static string? PathOf(Repository repository) =>
        Archive(repository) is { } archive && Field(archive, "_archiveStream") is FileStream file
            ? Paths.TryGetValue(file, out string? path) ? path : Path.GetFullPath(file.Name)
            : null;

    /// <summary>Bytes that an entry unpacks to, as the zip says (it gives no more than it says); null where it is not known.</summary>
    public static long? LengthOf(Repository repository, string? folder, string entry)
    {
        string name = (string.IsNullOrEmpty(folder) ? entry : $"{folder}/{entry}").Replace('\\', '/');
        return Archive(repository) is { Mode: ZipArchiveMode.Read } archive
            ? archive.Entries.FirstOrDefault(item => item.FullName.Replace('\\', '/').Equals(name, StringComparison.Ordinal))?.Length
            : null;
    }

    private static ZipArchive? Archive(Repository repository) => Field(repository, "_archive") as ZipArchive;

    private static object? Field(object owner, string name) =>
        owner.GetType().GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(owner);
}
