using Microsoft.ML;
using PathVlm.Host.Tests.Support;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary>A user's mistake is one line on the error stream and exit code 2.</summary>
public sealed class MistakeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("trian", "got [trian] (did you mean [train]?)")]
    [InlineData("--verbose", "--verbose")]
    [InlineData("synthesize more", "more")]
    [InlineData("inspect", "path")]
    [InlineData("inspect /nowhere/at/all", "/nowhere/at/all")]
    [InlineData("inspect . --tokens many", "many")]
    [InlineData("inspect . --tokens 0", "--tokens")]
    [InlineData("synthesize --colour red", "--colour")]
    [InlineData("evaluate --model /nowhere/at/all",
        "--model: expected a zip, a checkpoint folder or an adapter folder that exists, got [/nowhere/at/all]")]
    [InlineData("predict --question what", "--image")]
    [InlineData("predict --question what --image @nothing.png", "@nothing.png")]
    [InlineData("train --sed 1", "did you mean [--seed]?")]
    [InlineData("completion powershell", "powershell")]
    public async Task ACommandLineThatCannotBe(string line, string said) =>
        (await CommandLine.RunAsync(line.Split(' '))).IsMistake(said);

    [Theory]
    [InlineData("--preset nonsense", "--preset: expected embedded, paper, paper-lora-3b or paper-lora-7b, got [nonsense]")]
    [InlineData("--until nonsense", "--until: expected Alpha, Beta or PathVLM-R1, got [nonsense]")]
    [InlineData("--set nonsense", "--set: expected Section:Name=value, got [nonsense]")]
    [InlineData("--set Stf:Epochs=1", "got [Stf] (did you mean [Sft]?)")]
    [InlineData("--set Sft:Epoch=1", "setting [Sft:Epoch] does not exist (did you mean [Epochs]?); Sft has ")]
    [InlineData("--set Sft:Epochs=many", "setting [Sft:Epochs]: expected a number, such as 0.5 or 1e-4, got [many]")]
    [InlineData("--set Sft:BatchSize=0 --preset embedded --until Alpha", "BatchSize")]
    [InlineData("--data /nowhere/at/all", "--data: expected a file or folder that exists, got [/nowhere/at/all]")]
    public async Task ATrainingThatCannotBe(string line, string said) =>
        (await CommandLine.RunAsync(
            ["train", "--base", Reference.Checkpoint, "--output", _folder.PathOf("run"), "--set", "Set:TestCount=1", "--set",
            "Set:SftCount=1",
            "--set", "Set:RlCount=1", "--set", "Set:OutOfDomainCount=0", .. line.Split(' ')])).IsMistake(said);

    [Fact]
    public async Task ASetThatCannotBe() =>
        (await CommandLine.RunAsync("synthesize", "--output", _folder.Path, "--set", "Set:TileSize=7", "--set", "Set:Ambiguity=2"))
            .IsMistake("TileSize: ", "Ambiguity: ");

    [Fact]
    public async Task OneOptionAlone() =>
        (await CommandLine.RunAsync(
            "predict", "--model", Reference.Checkpoint, "--image", Reference.Picture, "--question", "What?", "--option", "keratin pearl"))
            .IsMistake("--option: expected none, or two or more, got 1");

    [Fact]
    public async Task APictureThatIsMissing() =>
        (await CommandLine.RunAsync(
            "predict", "--model", Reference.Checkpoint, "--image", _folder.PathOf("none.png"), "--question", "What?"))
            .IsMistake("none.png");

    [Fact]
    public async Task APictureThatIsCutInHalf()
    {
        string picture = _folder.PathOf("cut.png");
        File.Copy(Reference.Picture, picture);
        Reference.Halve(picture);
        (await CommandLine.RunAsync("predict", "--model", Reference.Checkpoint, "--image", picture, "--question", "What?"))
            .IsMistake("cut.png");
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("evaluate", "--model", "CHECKPOINT", "--data")]
    public async Task ASetWithBrokenJson(params string[] verb)
    {
        using SmallSet set = new();
        Reference.Halve(set.Summary.PathMmuFile);
        (await RunOn(set, verb)).IsMistake("pathmmu.json", "line ");
    }

    [Theory]
    [InlineData("inspect")]
    [InlineData("evaluate", "--model", "CHECKPOINT", "--data")]
    public async Task ASetThatMissesAPicture(params string[] verb)
    {
        using SmallSet set = new();
        string picture = set.Pictures[0];
        File.Delete(picture);
        (await RunOn(set, verb)).IsMistake(Path.GetFileName(picture));
    }

    [Fact]
    public async Task ASetWithAPictureThatIsCutInHalf()
    {
        using SmallSet set = new();
        foreach (string picture in set.Pictures) Reference.Halve(picture);
        (await RunOn(set, "evaluate", "--model", "CHECKPOINT", "--data")).IsMistake(".png");
    }

    [Theory]
    [MemberData(nameof(ReferenceSet.CheckpointNames), MemberType = typeof(ReferenceSet))]
    public async Task ACheckpointThatIsCut(string name)
    {
        string copy = _folder.CopyOf(ReferenceSet.PathOf(name));
        string weights = Directory.GetFiles(copy, "*.safetensors").Order(StringComparer.Ordinal).First();
        Reference.Halve(weights);
        (await CommandLine.RunAsync("inspect", copy)).IsMistake(Path.GetFileName(weights));
        (await CommandLine.RunAsync("predict", "--model", copy, "--image", Reference.Picture, "--question", "What?"))
            .IsMistake(Path.GetFileName(weights));
    }

    [Fact]
    public async Task AZipThatIsNone()
    {
        string zip = _folder.PathOf("model.zip");
        await File.WriteAllTextAsync(zip, "no zip");
        (await CommandLine.RunAsync("inspect", zip)).IsMistake("model.zip");
        (await CommandLine.RunAsync("predict", "--model", zip, "--image", Reference.Picture, "--question", "What?")).IsMistake("model.zip");
    }

    [Fact]
    public async Task AZipOfAnotherPipeline()
    {
        string zip = _folder.PathOf("other.zip");
        MLContext ml = new();
        IDataView rows = new PathologyDataView([new PathologyQuestion("q", Reference.Picture, "?", [], "a", "", "", null)]);
        ml.Model.Save(ml.Transforms.CopyColumns("Copy", PathologyColumns.Id).Fit(rows), rows.Schema, zip);
        (await CommandLine.RunAsync("inspect", zip)).IsMistake("other.zip: ", "fitted");
        (await CommandLine.RunAsync("evaluate", "--model", zip, "--data", _folder.Path)).IsMistake("other.zip: ");
    }

    private static Task<Outcome> RunOn(SmallSet set, params string[] verb) =>
        CommandLine.RunAsync([.. verb.Select(word => word == "CHECKPOINT" ? Reference.Checkpoint : word), set.Folder]);
}
