using System.Text.Json;
using PathVlm.Host.Faults;
using PathVlm.Host.Tests.Support;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Synthesis;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary><c>pathvlm leaks</c>: what two stages share, its file and its exit code.</summary>
public sealed class LeaksTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RgbPicture[] _tiles;

    public LeaksTests()
    {
        SyntheticPathologySet.Write(_folder.PathOf("drawn"), new SyntheticSetOptions
        {
            SftCount = 6, RlCount = 0, TestCount = 3, OutOfDomainCount = 0, TileSize = 224,
        });
        _tiles = [.. Directory.EnumerateFiles(_folder.PathOf("drawn"), "*.png", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Select(file => PictureFile.Decode(file))];
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task DifferentTilesOfTwoStagesAreNoLeak()
    {
        Outcome outcome = await CommandLine.RunAsync("leaks", "--data", _folder.PathOf("drawn"));
        Assert.StartsWith($"{_tiles.Length} pictures: 0 shared by two stages, 0 nearly equal, 0 overlapping", outcome.Success(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task GroupsAndPicturesInTwoStagesAreListedSavedAndTheExitCode()
    {
        string set = Directory.CreateDirectory(_folder.PathOf("set")).FullName;
        List<string> lines = [];
        void Row(string name, RgbPicture picture, string stage, string patient)
        {
            PictureFile.WritePng(Path.Combine(set, name), picture);
            lines.Add(JsonSerializer.Serialize(new
            {
                id = name, image = name, question = "q", options = new[] { "x", "y" }, answer = "x", stage, patient,
            }));
        }

        Row("own.png", _tiles[0], "Sft", "P1");
        Row("other.png", _tiles[1], "Test", "P2");
        Row("equal.png", _tiles[0], "Test", "P3");
        Row("patient.png", _tiles[2], "Test", "P1");
        Row("left.png", Cut(_tiles[3], 0), "Sft", "P4");
        Row("right.png", Cut(_tiles[3], 16), "Test", "P5");
        File.WriteAllLines(Path.Combine(set, "questions.jsonl"), lines);

        Outcome outcome = await CommandLine.RunAsync("leaks", "--data", set, "--output", _folder.PathOf("report"));
        Assert.Equal(ExitCodes.LeaksFound, outcome.Code);
        Assert.Contains("group [P1]: 1 rows in Sft, 1 rows in Test", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("[own.png] in Sft and [equal.png] in Test: same", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("[left.png] in Sft and [right.png] in Test: ", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("other.png", outcome.Output, StringComparison.Ordinal);
        using JsonDocument saved = JsonDocument.Parse(File.ReadAllText(_folder.PathOf("report", "leaks.json")));
        Assert.False(saved.RootElement.GetProperty("isClean").GetBoolean());
        Assert.Equal(1, saved.RootElement.GetProperty("groups").GetArrayLength());
    }

    [Fact]
    public async Task ASetWithoutStagesIsToldWhatToNameAndSplitsAreComparedAsStages()
    {
        string set = Directory.CreateDirectory(_folder.PathOf("set")).FullName;
        PictureFile.WritePng(Path.Combine(set, "a.png"), _tiles[0]);
        const string Line = """{"image":"a.png","question":"q","options":["x","y"],"answer":"x"}""";
        File.WriteAllText(Path.Combine(set, "questions.jsonl"), Line);
        (await CommandLine.RunAsync("leaks", "--data", set)).IsMistake("names no stages and no splits to compare; name a run's split.json");
        File.Delete(Path.Combine(set, "questions.jsonl"));
        foreach (string split in new[] { "val", "test_tiny" }) File.WriteAllText(Path.Combine(set, split + ".jsonl"), Line);
        Outcome outcome = await CommandLine.RunAsync("leaks", "--data", set);
        Assert.Equal(ExitCodes.LeaksFound, outcome.Code);
        Assert.Contains("in test_tiny and", outcome.Output, StringComparison.Ordinal);
    }

    private static RgbPicture Cut(RgbPicture picture, int left)
    {
        int width = picture.Width - 16;
        byte[] pixels = new byte[width * picture.Height * 3];
        for (int y = 0; y < picture.Height; y++)
            Array.Copy(picture.Pixels, (y * picture.Width + left) * 3, pixels, y * width * 3, width * 3);
        return new RgbPicture(width, picture.Height, pixels);
    }
}
