using PathVlm.Experiments.Plans;
using PathVlm.Host.Runs;
using PathVlm.Host.Tests.Support;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary>What an experiment refuses, before anything is trained.</summary>
public sealed class ExperimentMistakeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--preset nonsense", "--preset: expected embedded, paper, paper-lora-3b or paper-lora-7b, got [nonsense]")]
    [InlineData("--seeds 2 3 2", "--seeds: expected one or more, each once, got [2 3 2]")]
    [InlineData("--seeds many", "many")]
    [InlineData("--base /nowhere/at/all", "--base: expected a file or folder that exists, got [/nowhere/at/all]")]
    [InlineData("--out-of-domain /nowhere/at/all", "--out-of-domain: expected a file or folder that exists, got [/nowhere/at/all]")]
    [InlineData("--data /nowhere/at/all", "--data: expected a file or folder that exists, got [/nowhere/at/all]")]
    [InlineData("--external gpt", "got [gpt]")]
    [InlineData("--external gpt=nonsense", "got [gpt=nonsense]")]
    [InlineData("--external =http://127.0.0.1/v1", "got [=http://127.0.0.1/v1]")]
    [InlineData("--external gpt=@http://127.0.0.1/v1", "got [gpt=@http://127.0.0.1/v1]")]
    [InlineData("--external ../gpt=http://127.0.0.1/v1", "got [../gpt=http://127.0.0.1/v1]")]
    [InlineData("--external gpt=ftp://127.0.0.1/v1", "--external: [gpt] has an address that is not http or https")]
    [InlineData("--external gpt=http://me:secret@127.0.0.1/v1",
        "--external: [gpt] has an address that is not http or https, or holds a user name")]
    [InlineData("--external a=http://127.0.0.1/v1 --external A=http://127.0.0.1/v2", "--external: the name [a] is taken")]
    [InlineData("--set Judge:RecordFile=x", "setting [Judge:RecordFile]")]
    [InlineData("--set Grpo:BatchSize=9", "BatchSize")]
    [InlineData("--set Process:RewardWeights:0=1", "FormatReward, AccuracyReward, ProcessReward")]
    [InlineData("--set Grpo:BatchSize=16", "Stage = [Rl]")]
    public async Task ACommandLineThatCannotBe(string line, string said)
    {
        Outcome outcome = await CommandLine.RunAsync(
            ["experiment", "--output", _folder.PathOf("run"), "--set", "Set:TestCount=2", "--set", "Set:SftCount=1", "--set",
            "Set:RlCount=1",
            "--set", "Set:OutOfDomainCount=0", .. line.Split(' ')]);
        outcome.IsMistake(said);
        Assert.DoesNotContain("secret", outcome.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.PathOf("run", "embedded")));
    }

    [Fact]
    public async Task AnOutOfDomainSetWithPicturesOfTheTrainingRows()
    {
        using SmallSet set = new();
        string other = Directory.CreateDirectory(_folder.PathOf("other", "QA_information", "Open-access")).FullName;
        string images = Directory.CreateDirectory(_folder.PathOf("other", "Images")).FullName;
        File.Copy(set.Pictures[0], Path.Combine(images, "a.png"));
        File.WriteAllText(Path.Combine(other, "Own.json"),
            """
            [{"question_id":"one","question":"q","option_A":"x","option_B":"y","gt_answer":"x","image_path":"Images/a.png",
              "modality_type":"CT"}]
            """);
        string[] line =
        [
            "experiment", "--output", _folder.PathOf("run"), "--data", set.Folder, "--out-of-domain", _folder.PathOf("other"),
            "--set", "Grpo:BatchSize=8", "--set", "Process:BatchSize=8",
        ];
        (await CommandLine.RunAsync(line)).IsMistake(
            "1 of 1 rows of the set [other] show a picture that a stage is trained on: [one]", "--allow-trained-rows");
    }

    [Fact]
    public async Task TwoBasesOfOneName()
    {
        string first = Directory.CreateDirectory(_folder.PathOf("a", "model")).FullName,
            second = Directory.CreateDirectory(_folder.PathOf("b", "model")).FullName;
        (await CommandLine.RunAsync("experiment", "--output", _folder.PathOf("run"), "--base", first, "--base", second))
            .IsMistake("--base: the name [model] is taken");
    }

    [Fact]
    public async Task AFolderOfSomethingElseIsNotGoneOnWith()
    {
        string output = Directory.CreateDirectory(_folder.PathOf("run")).FullName;
        File.WriteAllText(Path.Combine(output, "thesis.txt"), "mine");
        (await CommandLine.RunAsync("experiment", "--output", output)).IsMistake($"output: [{output}] is not empty");
        (await CommandLine.RunAsync("experiment", "--output", output, "--resume"))
            .IsMistake($"resume: [{output}] holds no experiment.json");
        Assert.Equal([Path.Combine(output, "thesis.txt")], Directory.EnumerateFileSystemEntries(output));
    }

    [Fact]
    public async Task AFolderWithOnlyTheBeginningOfAFirstWriteIsGoneOnWith()
    {
        string output = Directory.CreateDirectory(_folder.PathOf("run")).FullName;
        File.WriteAllText(Path.Combine(output, "experiment.json.unfinished"), "{");
        // past the folder's door
        (await CommandLine.RunAsync("experiment", "--output", output, "--resume", "--data", "/nowhere/at/all"))
            .IsMistake("got [/nowhere/at/all]");
    }

    [Theory]
    [InlineData("gpt-4o=https://api.example.com/v1", "gpt-4o", "gpt-4o", "https://api.example.com/v1")]
    [InlineData("mine=Qwen/Qwen2.5-VL-7B@http://10.0.0.1:8000/v1", "mine", "Qwen/Qwen2.5-VL-7B", "http://10.0.0.1:8000/v1")]
    [InlineData("dated=a@b@http://10.0.0.1/v1", "dated", "a@b", "http://10.0.0.1/v1")]
    public void AnExternalModelIsReadFromItsText(string text, string name, string model, string address) =>
        Assert.Equal(new ExternalEndpoint(name, model, new Uri(address)), Assert.Single(ExternalChoice.Read([text])));

    [Fact]
    public void EachExternalModelMayHaveAKeyOfItsOwn() =>
        Assert.Equal("PATHVLM_EXTERNAL_KEY_GPT_4O", ExternalChoice.Read(["gpt-4o=https://api.example.com/v1"])[0].KeyVariable);
}
