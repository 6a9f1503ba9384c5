using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;
using PathVlm.Modeling.Files;

namespace PathVlm.MLNet.Persistence.Zips;

/// <summary>
/// Checks every entry of a model's zip, ML.NET's own too, before ML.NET sees it: number, names, duplicates, sizes declared and true,
/// checksums, ratio, and the assemblies that it asks to be loaded. Nothing is unpacked to disk, and no assembly is loaded.
/// </summary>
internal static class ZipCheck
{
    private const int MostEntries = 10_000, LongestName = 512, MostRatio = 200, Buffer = 1 << 17;
    private const long RatioFrom = 16L << 20, LargestEntry = 2L << 30, LargestKey = 256L << 20;
    private const string Weights = ".safetensors", Key = "Model.key";

    /// <summary>Checks a zip.</summary>
    /// <param name="stream">The zip; left at its beginning.</param>
    /// <param name="zip">Its path.</param>
    /// <param name="allowed">Simple names of further assemblies that it may name.</param>
    /// <exception cref="InvalidDataException">An entry breaks a rule; the message names it.</exception>
    public static void Run(Stream stream, string zip, IReadOnlyCollection<string> allowed)
    {
        ZipDirectory.Check(stream, zip, MostEntries);
        using (ZipArchive archive = new(stream, ZipArchiveMode.Read, leaveOpen: true))
        {
            HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                CheckName(entry, names, zip);
                CheckSize(entry, stream.Length, zip);
            }

            foreach (ZipArchiveEntry entry in archive.Entries) CheckContent(entry, zip, allowed);
        }

        stream.Position = 0;
    }

    private static void CheckName(ZipArchiveEntry entry, HashSet<string> names, string zip)
    {
        string name = entry.FullName.Replace('\\', '/');
        string[] parts = name.Split('/');
        bool isPlain = name.Length is > 0 and <= LongestName && !name.Any(char.IsControl) && !name.Contains(':', StringComparison.Ordinal)
            && parts.All(part => part is not ("" or "." or ".."));
        if (!isPlain) throw Fault(zip, entry, $"expected a relative name of at most {LongestName} characters");
        bool isFile = (entry.ExternalAttributes >> 16 & 0xF000) is 0 or 0x8000;
        if (!isFile) throw Fault(zip, entry, "expected a file, got a link or device");
        if (!names.Add(name)) throw Fault(zip, entry, "stands there twice");
    }

    private static void CheckSize(ZipArchiveEntry entry, long zipLength, string zip)
    {
        bool isWeights = entry.FullName.EndsWith(Weights, StringComparison.Ordinal);
        if (entry.Length < 0 || entry.CompressedLength < 0 || entry.CompressedLength > zipLength)
            throw Fault(zip, entry, "its sizes are damaged");
        long most = IsKey(entry) ? LargestKey : LargestEntry;
        if (!isWeights && entry.Length > most) throw Fault(zip, entry, $"expected at most {most} bytes, got {entry.Length}");
        if (entry.Length >= RatioFrom && entry.Length / Math.Max(1, entry.CompressedLength) > MostRatio)
        {
            throw Fault(
                zip, entry,
                $"expected at most {MostRatio} bytes for each compressed one, got {entry.Length} from {entry.CompressedLength}");
        }
    }

    // Weights are compared with their own header and hashes when they are read, and unpacked once.
    private static void CheckContent(ZipArchiveEntry entry, string zip, IReadOnlyCollection<string> allowed)
    {
        bool isWeights = entry.FullName.EndsWith(Weights, StringComparison.Ordinal) && entry.Length >= RatioFrom;
        if (isWeights) return;
        byte[]? kept = IsKey(entry) ? new byte[entry.Length] : null;
        long length = 0;
        Crc32 sum = new();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Buffer);
        try
        {
            using Stream content = entry.Open();
            while (content.Read(buffer) is int read and > 0)
            {
                if (length + read > entry.Length) throw Fault(zip, entry, "unpacks to more bytes than it declares");
                sum.Append(buffer.AsSpan(0, read));
                if (kept is not null) buffer.AsSpan(0, read).CopyTo(kept.AsSpan((int)length));
                length += read;
            }
        }
        catch (InvalidDataException fault) when (fault.Source != typeof(ZipCheck).Assembly.GetName().Name)
        {
            throw Fault(zip, entry, "its compressed bytes are damaged");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (length != entry.Length) throw Fault(zip, entry, $"expected the {entry.Length} bytes that it declares, got {length}");
        if (sum.GetCurrentHashAsUInt32() != entry.Crc32) throw Fault(zip, entry, "its checksum does not fit its bytes; the zip is damaged");
        if (kept is not null) CheckAssemblies(entry, kept, zip, allowed);
    }

    private static void CheckAssemblies(ZipArchiveEntry entry, byte[] key, string zip, IReadOnlyCollection<string> allowed)
    {
        foreach (string assembly in ComponentKey.AssembliesOf(key, reason => Fault(zip, entry, reason)))
        {
            string name = assembly.Split(',')[0].Trim();
            bool isKnown = name is "Microsoft.ML" or "PathVlm.MLNet" || name.StartsWith("Microsoft.ML.", StringComparison.Ordinal)
                || allowed.Contains(name, StringComparer.Ordinal);
            if (!isKnown)
            {
                throw Fault(
                    zip, entry, $"expected assemblies of Microsoft.ML or PathVlm.MLNet, got [{MessageLine.Value(name)}], which was not "
                    + "loaded; allow it with AllowAssemblies where you trust its code");
            }
        }
    }

    private static bool IsKey(ZipArchiveEntry entry) => entry.Name == Key;

    private static InvalidDataException Fault(string zip, ZipArchiveEntry entry, string reason) =>
        new(MessageLine.Of(zip, $"{MessageLine.Value(entry.FullName)}: {reason}."));
}
