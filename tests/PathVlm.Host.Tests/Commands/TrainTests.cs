using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using PathVlm.Host.Faults;
using PathVlm.Host.Tests.Support;
using PathVlm.MLNet.Evaluation;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary>
/// The main job on a tiny checkpoint: every stage runs, and what it saves gives the same answers in a process of its own.
/// </summary>
public sealed class TrainTests : IDisposable
{
    private static readonly string[] Settings =
    [
        "Set:SftCount=8", "Set:RlCount=4", "Set:TestCount=6", "Set:OutOfDomainCount=0", "Set:TileSize=56",
        "Sft:Epochs=1", "Sft:BatchSize=4", "Sft:LearningRate=1e-2", "Sft:MaxPromptLength=1024", "Sft:MaxCompletionLength=512",
        "Grpo:MaxSteps=1", "Grpo:BatchSize=8", "Grpo:GroupSize=4", "Grpo:MaxPromptLength=1024", "Grpo:MaxCompletionLength=6",
        "Process:MaxSteps=1", "Process:BatchSize=8", "Process:GroupSize=4", "Process:MaxPromptLength=1024", "Process:MaxCompletionLength=6",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AllStagesAreTrainedEvaluatedAndSavedAndAFreshProcessGivesTheSameRows()
    {
        string run = _folder.PathOf("run");
        Outcome trained = await CommandLine.RunAsync(
            [.. Train(run), "--seed", "3"]);
        string output = trained.Success();
        string zip = Path.Combine(run, "pathvlm-r1.zip");
        Assert.Contains($"model: {zip}", trained.Lines);
        Assert.Contains($"check it: pathvlm evaluate --model {zip} --data {Path.Combine(run, "data")}", trained.Lines);
        Assert.Contains($"Pathology().Load(\"{zip}\", out DataViewSchema schema)", output, StringComparison.Ordinal);
        Assert.Contains(ResearchNotice.Text, output, StringComparison.Ordinal);
        foreach (string stage in new[] { "base", "Alpha", "Beta", "PathVLM-R1" })
        {
            Assert.Contains($"| {stage} ", output, StringComparison.Ordinal);
            Assert.Equal(6, Result(run, $"evaluation-{stage}.json").Rows.Count);
            JsonElement reward = Reward(run, stage);
            Assert.InRange(reward.GetProperty("mean").GetDouble(), 0, 1);
            Assert.Equal((6, 0), (reward.GetProperty("reviewed").GetInt32(), reward.GetProperty("missing").GetInt32()));
            Assert.Equal(reward.GetProperty("mean").GetDouble().ToString("0.000", CultureInfo.InvariantCulture),
                Cell(output, stage, "process reward"));
        }

        Assert.False(File.Exists(Path.Combine(run, "Alpha", "model.zip")));
        Assert.Single(trained.Lines, line => line.StartsWith("judge's canaries: 20 of 20 hold", StringComparison.Ordinal));
        Assert.Contains(JsonLines(Path.Combine(run, "PathVLM-R1", "metrics.jsonl")),
            line => line.TryGetProperty("judge/completeness/mean", out _));
        foreach ((string stage, int rollouts) in new[] { ("Alpha", 0), ("Beta", 8), ("PathVLM-R1", 8) })
        {
            Assert.NotEmpty(JsonLines(Path.Combine(run, stage, "metrics.jsonl")));
            if (rollouts > 0) Assert.NotEmpty(JsonLines(Path.Combine(run, stage, "rollouts.jsonl")));
        }

        SelfContainedPage.Read(Path.Combine(run, "Alpha", "report.html"), pictures: 0);
        XDocument page = SelfContainedPage.Read(Path.Combine(run, "report.html"), pictures: 8);
        Assert.Equal(["Alpha", "Beta", "PathVLM-R1"], page.Descendants("h2").Select(title => title.Value));
        Assert.Contains("missing reviews, rejected quotes", SelfContainedPage.Figures(page));
        Assert.Contains($"report: {Path.Combine(run, "report.html")}", trained.Lines);
        string written = Path.Combine(run, "PathVLM-R1", "rollouts.jsonl"), record = _folder.PathOf("reviews.jsonl");
        Assert.Contains($"{written}: 8 rollouts of 2 rows", (await CommandLine.RunAsync("judge", "--record", record, written)).Success(),
            StringComparison.Ordinal);
        Assert.Contains("3 fitted stage(s)", (await CommandLine.RunAsync("inspect", zip)).Success(), StringComparison.Ordinal);
        string report = _folder.PathOf("report");
        using System.Diagnostics.Process fresh =
            CommandLine.Start("evaluate", "--model", zip, "--data", Path.Combine(run, "data"), "--output", report);
        string evaluated = (await CommandLine.FinishAsync(fresh)).Success();
        Assert.Contains($"report: {report}", evaluated, StringComparison.Ordinal);
        Assert.Equal(Result(run, "evaluation-PathVLM-R1.json").Rows, Result(report, "evaluation.json").Rows);
    }

    [Fact]
    public async Task AJudgeThatCostsIsNotAskedAboutTheAnswersOfTheStages()
    {
        await using JudgeServer server = await JudgeServer.StartAsync("");
        string run = _folder.PathOf("run");
        string output = (await CommandLine.RunAsync(
            [.. Train(run), "--until", "Alpha", "--judge", server.Address])).Success();
        foreach (string model in new[] { "base", "Alpha" })
        {
            Assert.Equal("-", Cell(output, model, "process reward"));
            Assert.Equal(JsonValueKind.Null, Reward(run, model).ValueKind);
        }

        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public async Task AJudgeThatGivesOutInAStageLeavesTheStagesBeforeIt()
    {
        const int Canaries = 18; // before the run; in the stage its key is refused
        await using JudgeServer server = await JudgeServer.StartAsync(JudgeServer.NothingFound, good: Canaries);
        string run = _folder.PathOf("run");
        Outcome stopped = await CommandLine.RunAsync([.. Train(run), "--judge", server.Address]);
        Assert.Equal(ExitCodes.RunStopped, stopped.Code);
        Assert.Contains("answered 401", stopped.Error, StringComparison.Ordinal);
        foreach (string stage in new[] { "Alpha", "Beta" })
        {
            string kept = Path.Combine(run, stage, "model.zip");
            Assert.Contains($"{stage}: kept until all stages are saved: {kept}", stopped.Lines);
            Assert.Contains("1 fitted stage(s)", (await CommandLine.RunAsync("inspect", kept)).Success(), StringComparison.Ordinal);
        }

        Assert.False(File.Exists(Path.Combine(run, "pathvlm-r1.zip")));
        Assert.Equal(6, Result(run, "evaluation-base.json").Rows.Count);
    }

    [Fact]
    public async Task AJudgeThatCannotBeUsedIsToldBeforeAnythingIsTrained()
    {
        await using JudgeServer server = await JudgeServer.StartAsync("", status: 401);
        Outcome stopped = await CommandLine.RunAsync([.. Train(_folder.PathOf("run")), "--judge", server.Address]);
        Assert.Equal(ExitCodes.RunStopped, stopped.Code);
        Assert.Contains("answered 401", stopped.Error, StringComparison.Ordinal);
        NothingWasBegun();
    }

    [Fact]
    public async Task AJudgeThatGivesNoReviewIsToldBeforeAnythingIsTrained()
    {
        await using JudgeServer server = await JudgeServer.StartAsync("no review");
        Outcome stopped = await CommandLine.RunAsync([.. Train(_folder.PathOf("run")), "--judge", server.Address]);
        Assert.Equal(ExitCodes.RunStopped, stopped.Code);
        Assert.Contains("the judge gave no review of its canaries: InvalidReply 16 (", stopped.Error, StringComparison.Ordinal);
        NothingWasBegun();
    }

    [Theory]
    [InlineData("Set:RlCount=1", "Stage = [Rl]")]
    [InlineData("Process:BatchSize=32", "Stage = [Rl]")]
    [InlineData("Grpo:MaxPromptLength=20", "20")]
    [InlineData("Process:RewardWeights:0=1", "FormatReward, AccuracyReward, ProcessReward")]
    [InlineData("Judge:RecordFile=/nowhere/at/all/reviews.jsonl",
        "the record of reviews [/nowhere/at/all/reviews.jsonl] (Judge:RecordFile) cannot be written")]
    public async Task WhatALaterStageWouldStumbleOverIsToldBeforeAnythingIsTrained(string setting, string said)
    {
        (await CommandLine.RunAsync([.. Train(_folder.PathOf("run")), "--set", setting])).IsMistake(said);
        NothingWasBegun();
    }

    [Fact]
    public async Task NumbersThatAreNoLongerFiniteEndTheRunAndLeaveTheStageBefore()
    {
        string run = _folder.PathOf("run");
        Outcome stopped = await CommandLine.RunAsync(
            [.. Train(run), "--until", "Beta", "--set", "Grpo:LearningRate=1e39", "--set", "Grpo:WeightDecay=1", "--set",
                "Grpo:NumIterations=10", "--set", "Grpo:MaxSteps=8"]);
        Assert.Equal(ExitCodes.RunStopped, stopped.Code);
        string line = stopped.ErrorLine;
        Assert.Matches("^pathvlm: Beta: stopped after step [1-8]: loss or gradient was not finite 3 times in a row; .* "
            + "\\(Grpo:LearningRate is 1E\\+39\\)", line);
        Assert.Single(stopped.Lines, text => text.StartsWith("warning: stopped after ", StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(run, "pathvlm-r1.zip")));
        Assert.Contains("1 fitted stage(s)", (await CommandLine.RunAsync("inspect", Path.Combine(run, "Alpha", "model.zip"))).Success(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASecondRunInTheFolderLeavesNothingOfTheFirstButWhatItDidNotWrite()
    {
        string run = _folder.PathOf("run"), mine = Path.Combine(run, "Beta", "notes.txt"),
            events = Path.Combine(run, "Alpha", "tensorboard");
        (await CommandLine.RunAsync([.. Train(run), "--until", "Beta"])).Success();
        File.WriteAllText(mine, "mine");
        int lines = JsonLines(Path.Combine(run, "Alpha", "metrics.jsonl")).Length, files = Directory.GetFiles(events).Length;
        (await CommandLine.RunAsync([.. Train(run), "--until", "Beta", "--set", "Grpo:MaxPromptLength=20"])).IsMistake("20");
        Assert.NotEmpty(JsonLines(Path.Combine(run, "Beta", "rollouts.jsonl"))); // a mistake costs nothing

        (await CommandLine.RunAsync([.. Train(run), "--until", "Alpha"])).Success();
        Assert.Equal((lines, files), (JsonLines(Path.Combine(run, "Alpha", "metrics.jsonl")).Length, Directory.GetFiles(events).Length));
        Assert.Equal([mine], Directory.EnumerateFileSystemEntries(Path.Combine(run, "Beta")));
        Assert.False(File.Exists(Path.Combine(run, "evaluation-Beta.json")));
        Assert.DoesNotContain("Beta", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EverySeedWorks()
    {
        (await CommandLine.RunAsync([.. Train(_folder.PathOf("run")), "--until", "Alpha", "--seed", "3000000000"])).Success();
        using SmallSet set = new();
        string list = Path.Combine(set.Folder, "rows.jsonl");
        File.WriteAllLines(list, set.Pictures.Take(6).Select(picture => JsonSerializer.Serialize(new
        {
            image = Path.GetRelativePath(set.Folder, picture), question = "What is shown?",
                options = new[] { "A) keratin pearl", "B) psammoma body" }, answer = "A) keratin pearl", explanation = "It is seen.",
        })));
        string[] split = ["--set", "Split:Sft=2", "--set", "Split:Rl=2", "--set", "Split:Test=2"];
        string output = (await CommandLine.RunAsync(
            ["evaluate", "--model", Reference.Checkpoint, "--data", list, "--seed", "-9000000000", .. split])).Success();
        Assert.Equal("2", Cell(output, Path.GetFileName(Reference.Checkpoint), "rows"));
    }

    private void NothingWasBegun()
    {
        Assert.Empty(Directory.EnumerateFiles(_folder.PathOf("run"), "evaluation-*"));
        Assert.False(Directory.Exists(_folder.PathOf("run", "Alpha")));
    }

    private static string[] Train(string run) =>
        ["train", "--preset", "embedded", "--base", Reference.Checkpoint, "--output", run,
            .. Settings.SelectMany(setting => new[] { "--set", setting })];

    private static JsonElement Reward(string run, string model) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(run, $"evaluation-{model}.json"))).RootElement.GetProperty("processReward");

    /// <summary>A cell of the table of test rows.</summary>
    private static string Cell(string output, string model, string column)
    {
        string[][] table = [.. output.Split('\n').Where(line => line.StartsWith('|'))
            .Select(line => line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries))];
        string[] header = table.First(row => row[0] == "model");
        return table.First(row => row[0] == model)[Array.IndexOf(header, column)];
    }

    private static EvaluationResult Result(string folder, string name) =>
        EvaluationJson.ReadResult(File.ReadAllText(Path.Combine(folder, name)), name);

    private static JsonElement[] JsonLines(string path) =>
        [.. File.ReadAllLines(path).Select(line => JsonDocument.Parse(line).RootElement)];
}
