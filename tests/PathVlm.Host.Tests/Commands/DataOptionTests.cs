using System.Text.Json;
using PathVlm.Host.Tests.Support;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary>What the program offers for sets that are not as they should be, and which rows it evaluates.</summary>
public sealed class DataOptionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SmallSet _set = new();

    public void Dispose()
    {
        _folder.Dispose();
        _set.Dispose();
    }

    [Fact]
    public async Task FaultyRowsAreToldTogetherAndLeftOutWhereAsked()
    {
        byte[] picture = File.ReadAllBytes(_set.Pictures[0]);
        File.WriteAllBytes(_set.Pictures[0], picture[..^30]);
        File.Delete(_set.Pictures[^1]);
        (await CommandLine.RunAsync("inspect", _set.Folder)).IsMistake(
            "faults in", "rows; correct them, or leave such rows out with --row-faults skip", "cut?", "but there is no picture");
        Outcome left = await CommandLine.RunAsync("inspect", _set.Folder, "--row-faults", "skip");
        Assert.Contains("left out", left.Success(), StringComparison.Ordinal);
        Assert.Contains("cut?", left.Output, StringComparison.Ordinal);

        string output = _folder.PathOf("report");
        Outcome evaluated = await CommandLine.RunAsync(
            "evaluate", "--data", _set.Folder, "--row-faults", "skip", "--output", output);
        Assert.Contains("row-faults.json", evaluated.Success(), StringComparison.Ordinal);
        using JsonDocument saved = JsonDocument.Parse(File.ReadAllText(Path.Combine(output, "row-faults.json")));
        Assert.NotEqual(0, saved.RootElement.GetProperty("rowsLeftOut").GetInt32());
        Assert.All(saved.RootElement.GetProperty("faults").EnumerateArray(),
            fault => Assert.NotEmpty(fault.GetProperty("rowId").GetString()! + fault.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task EncodingIsToldAndNamed()
    {
        File.Copy(_set.Pictures[0], _folder.PathOf("a.png"));
        byte[] line = [.. "{\"image\":\"a.png\",\"question\":\"Sj"u8, 0xF6, .. "gren\",\"options\":[\"x\",\"y\"],\"answer\":\"x\"}"u8];
        File.WriteAllBytes(_folder.PathOf("questions.jsonl"), line);
        (await CommandLine.RunAsync("inspect", _folder.Path)).IsMistake(
            "questions.jsonl: expected UTF-8, got the byte 0xF6 at byte ", "--encoding windows-1252");
        Assert.Contains("rows:       1",
            (await CommandLine.RunAsync("inspect", _folder.Path, "--encoding", "windows-1252")).Success(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SplitsOfASetAreNamedNotMixed()
    {
        string text = File.ReadAllText(_set.Summary.PathMmuFile)
            .Replace("\"sft\"", "\"val\"", StringComparison.Ordinal).Replace("\"rl\"", "\"test_tiny\"", StringComparison.Ordinal);
        File.WriteAllText(_set.Summary.PathMmuFile, text);
        string[] train = ["train", "--data", _set.Folder, "--output", _folder.PathOf("run"), "--until", "Alpha"];
        (await CommandLine.RunAsync(train)).IsMistake("which are no stages", "--splits train");
        (await CommandLine.RunAsync([.. train, "--splits", "val,test"])).IsMistake(
            "the stages ask for 5385 rows of", "--set Split:Sft=");
        (await CommandLine.RunAsync([.. train, "--splits", "dev"])).IsMistake("has no splits [dev]; it has [test], [test_tiny], [val]");
    }

    [Fact]
    public async Task TheLineThatTrainPrintsWorksAndOtherRowsOfTheSetAreRefused()
    {
        string text = File.ReadAllText(_set.Summary.PathMmuFile);
        foreach (string split in new[] { "sft", "rl", "test" })
            text = text.Replace($"\"{split}\"", $"\"part-{split}\"", StringComparison.Ordinal);
        File.WriteAllText(_set.Summary.PathMmuFile, text);
        string run = _folder.PathOf("a run");
        Outcome trained = await CommandLine.RunAsync(
            "train", "--data", _set.Folder, "--output", run, "--until", "Alpha", "--splits", "part-sft,part-rl,part-test", "--set",
            "Split:Sft=4", "--set", "Split:Rl=0", "--set", "Split:Test=3", "--set", "Sft:Epochs=1", "--set", "Sft:BatchSize=4");
        trained.Success();
        Assert.True(File.Exists(Path.Combine(run, "split.json")));

        string line = Assert.Single(trained.Lines, line => line.StartsWith("check it: pathvlm ", StringComparison.Ordinal));
        string[] arguments = Words(line["check it: pathvlm ".Length..]);
        Assert.Contains("--split", arguments);
        Assert.Contains("| 3 ", (await CommandLine.RunAsync(arguments)).Success(), StringComparison.Ordinal);

        string[] all = [.. arguments.TakeWhile(word => word != "--split")];
        (await CommandLine.RunAsync(all)).IsMistake("rows show a picture that", "was trained on: [", "--allow-trained-rows");
        Assert.Contains("| pathvlm-r1.zip | ", (await CommandLine.RunAsync([.. all, "--allow-trained-rows"])).Success(),
            StringComparison.Ordinal);
    }

    // As a shell cuts a line into words.
    private static string[] Words(string line)
    {
        List<string> words = [];
        foreach (string part in line.Split('\'').Select((text, place) => place % 2 == 1 ? text.Replace(' ', '\0') : text)
            .Aggregate((left, right) => left + right).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            words.Add(part.Replace('\0', ' '));
        return [.. words];
    }
}
