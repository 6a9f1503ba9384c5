using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Inference.Bases;

/// <summary>
/// What a checkpoint folder's weight files hold. The hash is the SHA-256 of a line "hash  name" for each safetensors file, in the order of
/// their names, as <c>sha256sum *.safetensors | sha256sum</c> gives it. A file is hashed once a process while its size and time stay the
/// same.
/// </summary>
internal static class BaseFiles
{
    private static readonly ConcurrentDictionary<(string Path, long Bytes, long Ticks), string> Hashes = new();

    /// <summary>The checkpoint as a zip names it.</summary>
    public static BaseReference Describe(string folder)
    {
        IReadOnlyList<BaseFile> files = Sizes(folder);
        return new BaseReference(Path.GetFullPath(folder), Hash(folder, files), files);
    }

    /// <summary>Names and sizes of a checkpoint's weight files; nothing is read but the index.</summary>
    public static IReadOnlyList<BaseFile> Sizes(string folder) =>
        [.. CheckpointReader.Inspect(folder).Files.Select(file => new BaseFile(file.Name, file.ByteCount))
            .OrderBy(file => file.Name, StringComparer.Ordinal)];

    /// <summary>The hash of weight files in a folder.</summary>
    public static string Hash(string folder, IReadOnlyList<BaseFile> files)
    {
        string[] lines = new string[files.Count];
        Parallel.For(0, lines.Length, index => lines[index] = $"{HashOf(Path.Combine(folder, files[index].Name))}  {files[index].Name}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }

    private static string HashOf(string path)
    {
        FileInfo file = new(path);
        return Hashes.GetOrAdd((file.FullName, file.Length, file.LastWriteTimeUtc.Ticks), _ => InputFile.Sha256(path));
    }
}
