using System.Security.Cryptography;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Data.Loading;

/// <summary>Writes pictures that lie inside a set's files to a folder, each once, named by its content, so that rows name files.</summary>
/// <param name="folder">The folder; null for the user's own.</param>
internal sealed class EmbeddedPictures(string? folder)
{
    private readonly string _folder = Path.GetFullPath(folder ?? Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "pathvlm", "pictures"));

    /// <summary>The file that holds the picture.</summary>
    /// <param name="bytes">The picture's file.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public string PathOf(ReadOnlyMemory<byte> bytes)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes.Span));
        string inner = Path.Combine(_folder, hash[..2]), file = Path.Combine(inner, hash);
        if (File.Exists(file) && new FileInfo(file).Length == bytes.Length)
            return file;
        Directory.CreateDirectory(inner);
        AtomicFile.Write(file, path =>
        {
            using FileStream stream = PrivateFile.Open(path);
            stream.Write(bytes.Span);
        });
        return file;
    }
}
