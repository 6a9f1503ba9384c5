using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Persistence.Weights;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Inference.Bases;

/// <summary>
/// The pictures that a policy was trained on, as hashes of their decoded pixels: kept in the zip, so that rows that a model has seen are
/// known wherever it is evaluated.
/// </summary>
internal static class TrainedPictures
{
    /// <summary>The entry's name in a stage's folder: a hash a line, in their order.</summary>
    public const string Entry = "TrainedPictures.txt";

    private const int HashLength = 64;
    private const long LargestEntry = 256 << 20;

    /// <summary>Writes the hashes, once where several stages have the same.</summary>
    /// <returns>Null where there are none.</returns>
    public static EntryReference? Write(ModelWriter writer, ImmutableSortedSet<string> pictures) => pictures.IsEmpty ? null
        : EntryReference.Write(writer, Entry, Encoding.ASCII.GetBytes(string.Join('\n', pictures)));

    /// <summary>Reads the hashes of a stage.</summary>
    /// <exception cref="InvalidDataException">The entry is missing or damaged.</exception>
    public static ImmutableSortedSet<string> Read(ModelReader reader, EntryReference? entry) => entry is null ? []
        : Parse(Encoding.ASCII.GetString(entry.Read(reader)), reader.Name(Entry));

    /// <summary>The hashes of all stages of a zip, without its weights; none of a zip that has none.</summary>
    /// <exception cref="InvalidDataException">The file is no zip, or an entry is damaged.</exception>
    public static ImmutableSortedSet<string> OfZip(string zip)
    {
        using ZipArchive archive = new(InputFile.OpenStream(zip), ZipArchiveMode.Read);
        ImmutableSortedSet<string> all = [];
        foreach (ZipArchiveEntry entry in archive.Entries.Where(
            entry => entry.FullName.Replace('\\', '/').Split('/')[^1].Equals(Entry, StringComparison.OrdinalIgnoreCase)))
        {
            if (entry.Length > LargestEntry)
                throw new InvalidDataException(
                    $"{zip}: {entry.FullName}: expected at most {LargestEntry:N0} bytes, got {entry.Length:N0}.");
            using StreamReader text = new(entry.Open(), Encoding.ASCII);
            all = all.Union(Parse(text.ReadToEnd(), $"{zip}: {entry.FullName}"));
        }
        return all;
    }

    private static ImmutableSortedSet<string> Parse(string text, string where)
    {
        string[] hashes = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return Array.Find(hashes, hash => hash.Length != HashLength || !hash.All(char.IsAsciiHexDigitLower)) is { } wrong
            ? throw new InvalidDataException($"{where}: expected a SHA-256 in lower case on each line, got [{wrong}].")
            : [.. hashes];
    }
}
