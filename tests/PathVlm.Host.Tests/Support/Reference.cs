using PathVlm.Testing;

namespace PathVlm.Host.Tests.Support;

/// <summary>What the reference set gives these tests.</summary>
internal static class Reference
{
    /// <summary>A checkpoint small enough to be trained in a test.</summary>
    public static string Checkpoint { get; } = ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]);

    /// <summary>A small picture.</summary>
    public static string Picture { get; } = Directory.EnumerateFiles(ReferenceSet.PathOf("images"), "*.png")
        .OrderBy(path => new FileInfo(path).Length).First();

    /// <summary>Cuts a file in half.</summary>
    public static void Halve(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
    }
}
