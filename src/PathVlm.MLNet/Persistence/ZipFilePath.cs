using System.IO.Compression;
using System.Reflection;
using Microsoft.ML;

namespace PathVlm.MLNet.Persistence;

/// <summary>Finds the file behind the zip that ML.NET reads or writes, so that weights can lie beside it.</summary>
internal static class ZipFilePath
{
    /// <summary>Full path of the zip, or null where it is not written straight to a file (a memory stream, a network stream).</summary>
    /// <remarks>ML.NET hands a component the archive, not its path; both fields on the way are private, so a release that renames one gives null.</remarks>
    internal static string? Of(Repository repository)
    {
        object? archive = Field(repository, "_archive");
        return archive is ZipArchive && Field(archive, "_archiveStream") is FileStream file ? Path.GetFullPath(file.Name) : null;
    }

    private static object? Field(object owner, string name) =>
        owner.GetType().GetField(name, BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(owner);
}
