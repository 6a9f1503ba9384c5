using System.Security.Cryptography;
using System.Text.Json;
using PathVlm.Modeling.Options;

namespace PathVlm.Synthesis.Tests;

public sealed class SyntheticPathologySetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("synthetic").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TheSameSeedGivesTheSameBytesAndAnotherSeedOthers()
    {
        Dictionary<string, string> first = Write("a", 5), second = Write("b", 5), other = Write("c", 6);
        Assert.Equal(first, second);
        Assert.NotEqual(first["pathmmu.json"], other["pathmmu.json"]);
        Assert.NotEqual(first["images/test-00000.png"], other["images/test-00000.png"]);
    }

    [Fact]
    public void AQuestionDoesNotDependOnHowManyOthersThereAre()
    {
        Write("small", 5);
        SyntheticPathologySet.Write(
            Path.Combine(_folder, "large"), new() { Seed = 5, SftCount = 40, RlCount = 10, TestCount = 30, OutOfDomainCount = 0 });
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(_folder, "small", "images", "sft-00003.png")),
            File.ReadAllBytes(Path.Combine(_folder, "large", "images", "sft-00003.png")));
        Assert.Equal(Rows("small").First(row => Image(row) == "sft-00003.png").GetRawText(),
            Rows("large").First(row => Image(row) == "sft-00003.png").GetRawText());
    }

    [Fact]
    public void EverySplitHasExactlyItsQuestionsAndNoPictureIsInTwo()
    {
        SyntheticSetSummary summary = SyntheticPathologySet.Write(
            Path.Combine(_folder, "set"), new() { SftCount = 31, RlCount = 12, TestCount = 17, OutOfDomainCount = 0 });
        Assert.Equal(new Dictionary<string, int> { ["sft"] = 31, ["rl"] = 12, ["test"] = 17 }, summary.QuestionCount);
        List<string> pictures = [.. Rows("set").Select(Image).Distinct()];
        Assert.Equal(summary.PictureCount, pictures.Count);
        Assert.Equal(summary.PictureCount, Directory.GetFiles(summary.PictureFolder).Select(Hash).Distinct().Count());
    }

    [Fact]
    public void ACancelledRunStops()
    {
        using CancellationTokenSource source = new();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => SyntheticPathologySet.Write(_folder, null, source.Token));
    }

    [Fact]
    public void AllWrongOptionsAreToldAtOnceWithTheValuesFound()
    {
        SyntheticSetOptions wrong = new() { SftCount = -1, TestCount = 0, TileSize = 12, Ambiguity = 1.5, LookAlikes = double.NaN };
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => OptionRules.Validate(wrong)).Message;
        Assert.StartsWith(
            "SftCount: expected 0 or more, got -1; TestCount: expected 1 or more, got 0; TileSize: expected 56 to 448, got 12; "
            + "Ambiguity: expected 0 to 1, got 1.5; LookAlikes: expected 0 to 1, got NaN", message, StringComparison.Ordinal);
    }

    private Dictionary<string, string> Write(string name, long seed)
    {
        string folder = Path.Combine(_folder, name);
        SyntheticPathologySet.Write(folder, new() { Seed = seed, SftCount = 20, RlCount = 5, TestCount = 10, OutOfDomainCount = 2 });
        return Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(folder, file), Hash);
    }

    private IEnumerable<JsonElement> Rows(string name)
    {
        JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, name, "pathmmu.json")));
        return document.RootElement.EnumerateObject().SelectMany(subset => subset.Value.EnumerateObject())
            .SelectMany(split => split.Value.EnumerateArray());
    }

    private static string Image(JsonElement row) => row.GetProperty("img").GetString()!;

    private static string Hash(string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
}
