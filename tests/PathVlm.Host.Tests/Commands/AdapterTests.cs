using PathVlm.Host.Faults;
using PathVlm.Host.Tests.Support;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary>Adapters from the command line: train, export, and answer as the zip does; refusals of one line.</summary>
public sealed class AdapterTests : IDisposable
{
    private static readonly string[] Question = ["--image", Reference.Picture, "--question", "What is shown?"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ATrainedAdapterIsExportedWholeAndAloneAndBothAnswerAsTheZip()
    {
        string zip = await TrainedAsync(), whole = _folder.PathOf("whole"), alone = _folder.PathOf("alone");
        Assert.True(new FileInfo(zip).Length < new FileInfo(Path.Combine(Reference.Checkpoint, "model.safetensors")).Length);
        string expected = await AnswerAsync(zip);
        (await CommandLine.RunAsync("export", "--model", zip, "--output", whole)).Success();
        (await CommandLine.RunAsync("export", "--model", zip, "--output", alone, "--adapter")).Success();
        Assert.True(File.Exists(Path.Combine(alone, "adapter_config.json")));
        Assert.Equal(expected, await AnswerAsync(whole));
        Assert.Equal(expected, await AnswerAsync(alone));
        (await CommandLine.RunAsync("export", "--model", zip, "--output", whole)).IsMistake(whole);
        (await CommandLine.RunAsync("export", "--model", zip, "--output", whole, "--overwrite")).Success();
        File.Copy(Path.Combine(Reference.Checkpoint, "model.safetensors"), Path.Combine(alone, "model.safetensors"));
        (await CommandLine.RunAsync(["predict", "--model", alone, .. Question])).IsMistake("got both", "--set Model:Adapter=FOLDER");
    }

    [Fact]
    public async Task AModelWithoutAnAdapterHasNoneToExport() =>
        (await CommandLine.RunAsync("export", "--model", Reference.Checkpoint, "--output", _folder.PathOf("out"), "--adapter"))
            .IsMistake("--adapter: expected a model with an adapter, got one whose weights were trained");

    [Theory]
    [InlineData("Sft:Lora:Rnk=8", "setting [Sft:Lora:Rnk] does not exist (did you mean [Rank]?)")]
    [InlineData("Sft:Lora:Rank=many", "setting [Sft:Lora:Rank]: expected a whole number from ")]
    [InlineData("Sft:Lora=8", "setting [Sft:Lora]: expected its own settings, such as Sft:Lora:Alpha, got [8]")]
    [InlineData("Sft:Lora:Rank=0", "setting [Sft:Lora:Rank]: expected 1 or more, got 0")]
    [InlineData("Sft:Lora:Dropout=0.1", "setting [Sft:Lora:Dropout]: expected 0")]
    [InlineData("Sft:Lora:TargetPattern=nothing", "The targets [nothing] match no linear layer")]
    public async Task ALoraSettingThatCannotBeIsAMistakeBeforeAnythingIsTrained(string setting, string said)
    {
        (await CommandLine.RunAsync([.. Train(), "--set", setting])).IsMistake(said);
        Assert.False(Directory.Exists(_folder.PathOf("run", "Alpha")));
    }

    [Theory]
    [InlineData("Model:MaxNewToken=8", "setting [Model:MaxNewToken] does not exist (did you mean [MaxNewTokens]?)")]
    [InlineData("Model:MaxNewTokens=0", "setting [Model:MaxNewTokens]: expected 1 or more, got 0")]
    [InlineData("Model:Device=tpu", "setting [Model:Device]: expected ")]
    [InlineData("Model:Precision=int8", "setting [Model:Precision]: expected Auto, ")]
    [InlineData("Model:Adapter=/nowhere/at/all",
        "setting [Model:Adapter]: expected a folder with adapter_config.json, got [/nowhere/at/all]")]
    public async Task AModelSettingThatCannotBe(string setting, string said) =>
        (await CommandLine.RunAsync(["predict", "--model", Reference.Checkpoint, .. Question, "--set", setting])).IsMistake(said);

    [Fact]
    public async Task TheSectionModelReachesTheAnswer()
    {
        string[] lines = (await CommandLine.RunAsync(
            ["predict", "--model", Reference.Checkpoint, .. Question, "--set", "Model:MaxNewTokens=3", "--set", "Model:Temperature=0"]))
            .Success().Split('\n');
        Assert.Contains("tokens:    3 (cut at the limit)", lines);
    }

    [Fact]
    public async Task PrintedSettingsHaveNestedNamesThatAreReadBack()
    {
        Outcome printed = await CommandLine.RunAsync([.. Train(), "--set", "Sft:Lora:Rank=8", "--print-settings"]);
        Assert.Equal(ExitCodes.Done, printed.Code);
        string file = _folder.PathOf("pathvlm.json");
        File.WriteAllText(file, printed.Output);
        Host.Settings.SettingsFile.Check(file);
        Assert.Matches("\"Lora\": \\{\\s+\"Alpha\": 64,\\s+\"Dropout\": 0,\\s+\"Rank\": 8,", printed.Output);
        Assert.Contains("\"Model\": {", printed.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lora", "adapter's gradients and moments")]
    [InlineData("full", "moments")]
    [InlineData("grpo", "keys and values of completions")]
    [InlineData("generate", "answering")]
    public async Task InspectForecastsTheMemoryOfAUse(string purpose, string part)
    {
        string output = (await CommandLine.RunAsync(
            "inspect", Reference.Checkpoint, "--for", purpose, "--prompt-tokens", "64", "--answer-tokens", "16")).Success();
        Assert.Contains($"forecast:   {purpose}, ", output, StringComparison.Ordinal);
        Assert.Contains(part, output, StringComparison.Ordinal);
        Assert.Matches(@"peak\s+\d+\.\d\d GiB", output);
        Assert.Matches(@"available\s+\d+\.\d\d GiB", output);
    }

    [Theory]
    [InlineData("--for", "sleeping", "--for: expected lora, full, grpo or generate, got [sleeping]")]
    [InlineData("--device", "tpu", "--device: expected cpu, cuda or cuda:N, got [tpu]")]
    [InlineData("--recompute", "some", "--recompute: expected none or layers, got [some]")]
    [InlineData("--precision", "int8", "--precision: expected float32 or bfloat16, got [int8]")]
    [InlineData("--batch", "0", "--batch: expected 1 or more, got 0")]
    [InlineData("--prompt-tokens", "0", "--prompt-tokens: expected 1 or more, got 0")]
    public async Task AForecastThatCannotBe(string option, string value, string said) =>
        (await CommandLine.RunAsync(
            option == "--for" ? ["inspect", Reference.Checkpoint, option, value]
                : ["inspect", Reference.Checkpoint, "--for", "lora", option, value])).IsMistake(said);

    private async Task<string> TrainedAsync()
    {
        (await CommandLine.RunAsync(Train())).Success();
        return _folder.PathOf("run", "pathvlm-r1.zip");
    }

    private static async Task<string> AnswerAsync(string model) =>
        (await CommandLine.RunAsync(["predict", "--model", model, .. Question, "--json", "--set", "Model:MaxNewTokens=12"])).Success();

    private string[] Train() =>
    [
        "train", "--preset", "embedded", "--lora", "--base", Reference.Checkpoint, "--output", _folder.PathOf("run"), "--until", "Alpha",
        .. new[]
        {
            "Set:SftCount=4", "Set:RlCount=4", "Set:TestCount=2", "Set:OutOfDomainCount=0", "Set:TileSize=56", "Sft:Epochs=1",
            "Sft:BatchSize=4", "Sft:MaxPromptLength=1024", "Sft:MaxCompletionLength=512", "Grpo:MaxPromptLength=1024",
        }.SelectMany(setting => new[] { "--set", setting }),
    ];
}
