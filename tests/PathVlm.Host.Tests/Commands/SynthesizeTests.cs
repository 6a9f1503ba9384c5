using PathVlm.Host.Tests.Support;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

public sealed class SynthesizeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TheSameSeedGivesTheSameFilesAndAnotherSeedOthers()
    {
        string first = await WriteAsync("first", seed: 7), second = await WriteAsync("second", seed: 7),
            third = await WriteAsync("third", seed: 8);
        string[] names = Names(first);
        Assert.Contains("pathmmu.json", names);
        Assert.True(names.Count(name => name.EndsWith(".png", StringComparison.Ordinal)) >= 3);
        Assert.Equal(names, Names(second));
        Assert.All(names, name =>
            Assert.Equal(File.ReadAllBytes(Path.Combine(first, name)), File.ReadAllBytes(Path.Combine(second, name))));
        Assert.NotEqual(File.ReadAllBytes(Path.Combine(first, "pathmmu.json")), File.ReadAllBytes(Path.Combine(third, "pathmmu.json")));
    }

    private async Task<string> WriteAsync(string name, long seed)
    {
        string path = _folder.PathOf(name);
        string output = (await CommandLine.RunAsync(
            "synthesize", "--output", path, "--seed", $"{seed}", "--set", "Set:SftCount=2", "--set", "Set:RlCount=2",
            "--set", "Set:TestCount=2", "--set", "Set:OutOfDomainCount=1", "--set", "Set:TileSize=56")).Success();
        Assert.Contains($"PathMMU file: {Path.Combine(path, "pathmmu.json")}", output, StringComparison.Ordinal);
        return path;
    }

    private static string[] Names(string path) =>
        [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(path, file))
            .Order(StringComparer.Ordinal)];
}
