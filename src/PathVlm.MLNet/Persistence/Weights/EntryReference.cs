using System.Security.Cryptography;

namespace PathVlm.MLNet.Persistence.Weights;

/// <summary>A file in the zip that several components may name; written once.</summary>
/// <param name="Folder">Folder of the component that wrote it.</param>
/// <param name="Entry">Name of the entry in that folder.</param>
/// <param name="Sha256">SHA-256 of the content, lower-case hexadecimal.</param>
internal sealed record EntryReference(string Folder, string Entry, string Sha256)
{
    private const long LargestFile = 256 << 20;

    /// <summary>Writes <paramref name="content"/> unless a component of this zip already has.</summary>
    public static EntryReference Write(ModelWriter writer, string entry, byte[] content)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        Written written = writer.Shared<Written>();
        if (written.ByHash.TryGetValue(hash, out EntryReference? found)) return found;
        writer.Write(entry, stream => stream.Write(content));
        return written.ByHash[hash] = new EntryReference(writer.Folder, entry, hash);
    }

    /// <summary>Reads the content and checks its hash.</summary>
    /// <exception cref="InvalidDataException">No such entry, over 256 MiB, or another content.</exception>
    public byte[] Read(ModelReader reader)
    {
        byte[] content = reader.Read(Entry, LargestFile, stream =>
        {
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }, Folder);
        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        return hash == Sha256 ? content
            : throw new InvalidDataException($"{reader.Name(Entry)}: SHA-256: expected [{Sha256}], got [{hash}]; the zip is damaged.");
    }

    private sealed class Written
    {
        public Dictionary<string, EntryReference> ByHash { get; } = new(StringComparer.Ordinal);
    }
}
