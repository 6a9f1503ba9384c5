using System.IO.Compression;
using System.Text.RegularExpressions;

namespace PathVlm.Benchmarks.Durability;

/// <summary>Compares what two training runs left: every file byte for byte, zips entry by entry, times in metrics aside.</summary>
internal static partial class RunFiles
{
    // The drawn set is the input; TensorBoard's files hold times; the report draws the stages that were trained since the run went on.
    private static readonly string[] Skipped = ["data", "tensorboard", "report.html"];

    /// <summary>What differs first, in words; null where nothing does.</summary>
    public static string? FirstDifference(string expected, string actual)
    {
        string[] names = Names(expected), others = Names(actual);
        if (!names.SequenceEqual(others))
            return $"files: expected {string.Join(", ", names.Except(others))}, got {string.Join(", ", others.Except(names))}";
        return names.FirstOrDefault(name => !Equal(Path.Combine(expected, name), Path.Combine(actual, name))) is { } differing
            ? $"{differing} differs"
            : null;
    }

    private static string[] Names(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path))
            .Where(name => !name.Split(Path.DirectorySeparatorChar).Any(Skipped.Contains)).Order(StringComparer.Ordinal),
    ];

    private static bool Equal(string expected, string actual)
    {
        if (Path.GetExtension(expected) == ".zip") return Entries(expected).SequenceEqual(Entries(actual));
        return Path.GetExtension(expected) == ".jsonl"
            ? File.ReadLines(expected).Select(WithoutTimes).SequenceEqual(File.ReadLines(actual).Select(WithoutTimes))
            : File.ReadAllBytes(expected).AsSpan().SequenceEqual(File.ReadAllBytes(actual));
    }

    private static string WithoutTimes(string line) => Latency().Replace(line, "");

    private static IEnumerable<string> Entries(string zip)
    {
        using ZipArchive archive = ZipFile.OpenRead(zip);
        foreach (ZipArchiveEntry entry in archive.Entries) yield return $"{entry.FullName} {entry.Length} {entry.Crc32:x8}";
    }

    [GeneratedRegex("\"judge/latency/mean\":[^,}]*,?")]
    private static partial Regex Latency();
}
