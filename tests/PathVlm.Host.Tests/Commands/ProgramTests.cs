using System.Text.Json;
using PathVlm.Host.Tests.Support;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary>Help, settings, completion and streams.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("experiment")]
    [InlineData("experiment", "help")]
    [InlineData("--until", "help", "train")]
    public async Task HelpIsShown(string said, params string[] args) =>
        Assert.Contains(said, (await CommandLine.RunAsync(args)).Success(), StringComparison.Ordinal);

    [Fact]
    public async Task PrintedSettingsAreThoseThatWouldBeUsed()
    {
        Outcome outcome = await CommandLine.RunAsync(
            "train", "--preset", "embedded", "--print-settings", "--set", "Sft:Epochs=3", "--set", "Set:TestCount=5", "--output",
            _folder.PathOf("run"));
        outcome.Success();
        JsonElement settings = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.Equal(3, settings.GetProperty("Sft").GetProperty("Epochs").GetDouble());
        Assert.Equal(5, settings.GetProperty("Set").GetProperty("TestCount").GetInt32());
        Assert.Equal([2, 2, 4],
            settings.GetProperty("Process").GetProperty("RewardWeights").EnumerateArray().Select(weight => weight.GetDouble()));
        Assert.False(Directory.Exists(_folder.PathOf("run")));
    }

    [Theory]
    [InlineData("train", "embedded", true)]
    [InlineData("experiment", "embedded", true)]
    [InlineData("train", "paper", false)]
    [InlineData("train", "embedded", false, "--set", "Judge:SoundnessNeedsStep=false")]
    [InlineData("train", "paper", true, "--set", "Judge:SoundnessNeedsStep=true")]
    public async Task SoundnessNeedsAStepAsThePresetSaysUnlessASettingSaysOtherwise(
        string verb, string preset, bool expected, params string[] settings)
    {
        Outcome outcome = await CommandLine.RunAsync([verb, "--preset", preset, "--print-settings", .. settings]);
        outcome.Success();
        Assert.Equal(
            expected, JsonDocument.Parse(outcome.Output).RootElement.GetProperty("Judge").GetProperty("SoundnessNeedsStep").GetBoolean());
    }

    [Theory]
    [InlineData("bash", "complete -o default -F _pathvlm pathvlm")]
    [InlineData("zsh", "compdef _pathvlm pathvlm")]
    [InlineData("fish", "complete -c pathvlm")]
    public async Task CompletionIsAScriptThatAsksTheProgram(string shell, string said)
    {
        string script = (await CommandLine.RunAsync("completion", shell)).Success();
        Assert.Contains(said, script, StringComparison.Ordinal);
        Assert.Contains("[suggest:", script, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tra", "train")]
    [InlineData("train --pre", "--preset")]
    public async Task TheProgramCompletesVerbsAndOptions(string line, string suggested) =>
        Assert.Contains(suggested,
            (await CommandLine.RunAsync($"[suggest:{line.Length}]", line)).Success().Split('\n', StringSplitOptions.TrimEntries));

    [Fact]
    public async Task AnAnswerAsJsonIsOneObjectOnTheOutput()
    {
        Outcome outcome = await CommandLine.RunAsync(
            "predict", "--model", Reference.Checkpoint, "--image", Reference.Picture, "--question", "What is shown?", "--json");
        outcome.Success();
        JsonElement answer = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.True(answer.GetProperty("responseTokenCount").GetInt32() > 0);
        Assert.Equal(JsonValueKind.String, answer.GetProperty("predictedAnswer").ValueKind);
    }

    [Fact]
    public async Task ResultsAreOnTheOutputAndProgressOnTheErrorStream()
    {
        using SmallSet set = new();
        Outcome outcome = await CommandLine.RunAsync("evaluate", "--model", Reference.Checkpoint, "--data", set.Folder);
        outcome.Success();
        Assert.Contains("accuracy (paper)", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("evaluate: ", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("evaluate: 4/4", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("synthesize")]
    [InlineData("evaluate")]
    [InlineData("make-base")]
    public async Task AnOutputThatCannotBeWrittenIsToldBeforeTheWork(string verb)
    {
        string file = _folder.PathOf("file");
        await File.WriteAllTextAsync(file, "mine");
        (await CommandLine.RunAsync(verb, "--output", file)).IsMistake("--output: expected a folder, got the file [");
        Assert.Equal("mine", await File.ReadAllTextAsync(file));
    }
}
