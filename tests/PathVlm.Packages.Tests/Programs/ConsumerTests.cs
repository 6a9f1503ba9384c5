using System.IO.Compression;
using PathVlm.Packages.Tests.Support;

namespace PathVlm.Packages.Tests.Programs;

/// <summary>A project outside the repository that takes the packages: built, published, and its model asked by both.</summary>
[Collection(PackageFeedTests.Name)]
public sealed class ConsumerTests(PackageFeed feed)
{
    [Fact]
    public void AProjectRestoresFitsSavesLoadsAndPredictsAndItsPublishedProgramAnswersTheSame()
    {
        string folder = ConsumerProject.Write(feed);
        Command.Succeed(folder, feed.Variables, Command.DotNet, "build", "-c", "Release", "-v", "quiet");
        string built = Path.Combine(folder, "bin", "Release", "net10.0");
        Assert.Equal(Packed("PathVlm.MLNet"), File.ReadAllBytes(Path.Combine(built, "PathVlm.MLNet.dll")));

        string[] answers = Lines(Command.Succeed(folder, feed.Variables, Command.DotNet, Path.Combine(built, "consumer.dll"), "train"));
        Assert.True(answers.Length >= 4 && answers.Length % 2 == 0, string.Join('\n', answers));
        Assert.Equal(answers[..(answers.Length / 2)], answers[(answers.Length / 2)..]);

        string published = Path.Combine(folder, "published");
        Command.Succeed(folder, feed.Variables, Command.DotNet, "publish", "-c", "Release", "--no-build", "-v", "quiet", "-o", published);
        string[] again = Lines(Command.Succeed(folder, feed.Variables, Path.Combine(published, "consumer"), "ask"));
        Assert.Equal(answers[..(answers.Length / 2)], again);
    }

    private byte[] Packed(string id)
    {
        using ZipArchive package = feed.Open(id);
        using Stream content = package.GetEntry($"lib/net10.0/{id}.dll")!.Open();
        using MemoryStream bytes = new();
        content.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
