using System.Text.Json;
using PathVlm.Host.Faults;
using PathVlm.Host.Tests.Support;
using PathVlm.MLNet.Evaluation;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary>All variants, tables and forms of the report; then the same folder again.</summary>
public sealed class ExperimentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EveryVariantIsTrainedOnceFromItsOwnParentAndEveryTableIsFilled()
    {
        string output = _folder.PathOf("run");
        Outcome first = await CommandLine.RunAsync(MiniatureExperiment.Arguments(output, "--seeds", "1", "2"));
        string shown = first.Success();
        Assert.Contains("12 stage(s) trained, 0 kept; 52 evaluation(s) made, 0 kept", shown, StringComparison.Ordinal); // 13 models, 4 sets
        Assert.Contains(ResearchNotice.Text, shown, StringComparison.Ordinal);
        StagesAreAsThePaperHasThem(output);
        TablesAreFilled(output);
        FiguresAgreeWithTheAnswers(output);
        ReportPage.IsWholeAndNeedsNothingElse(Path.Combine(output, "report.html"), MiniatureExperiment.Variants);

        Dictionary<string, DateTime> finished = MiniatureExperiment.Finished(output);
        string report = File.ReadAllText(Path.Combine(output, "report.json"));
        Outcome again = await CommandLine.RunAsync(MiniatureExperiment.Arguments(output, "--seeds", "1", "2", "--resume"));
        Assert.Contains("0 stage(s) trained, 12 kept; 0 evaluation(s) made, 52 kept", again.Success(), StringComparison.Ordinal);
        Assert.Equal(finished, MiniatureExperiment.Finished(output));
        Assert.Equal(report, File.ReadAllText(Path.Combine(output, "report.json")));
        (await CommandLine.RunAsync(MiniatureExperiment.Arguments(output, "--seeds", "1", "2")))
            .IsMistake($"output: [{output}] is not empty; expected an empty folder, or --resume");
        (await CommandLine.RunAsync(
            MiniatureExperiment.Arguments(output, "--seeds", "1", "2", "--resume", "--set", "Grpo:LearningRate=0.5")))
            .IsMistake("is finished and was made with other settings: Grpo:LearningRate was 0.0004, is 0.5");
    }

    [Fact]
    public async Task AStageWhoseNumbersAreNoLongerFiniteEndsTheRunAndIsNotFinished()
    {
        string output = _folder.PathOf("run"), alpha = Path.Combine(output, MiniatureExperiment.Base, "seed-1", "Alpha");
        Outcome stopped = await CommandLine.RunAsync(
            MiniatureExperiment.Arguments(output, "--set", "Sft:LearningRate=1e39", "--set", "Sft:MaxSteps=8"));
        Assert.Equal(ExitCodes.RunStopped, stopped.Code);
        Assert.Matches("Alpha: stopped after step [1-8]: loss or gradient was not finite 3 times in a row; .* \\(Sft:LearningRate is "
            + "1E\\+39\\)", stopped.Error);
        Assert.True(File.Exists(Path.Combine(alpha, "metrics.jsonl")));
        Assert.False(File.Exists(Path.Combine(alpha, "stage.json")));
        Assert.False(File.Exists(Path.Combine(alpha, "model.zip")));
    }

    private static void StagesAreAsThePaperHasThem(string output)
    {
        foreach ((string variant, string before, string rows) in new[]
        {
            ("Alpha", "base", "Sft"), ("Beta", "Alpha", "Rl"), ("Gamma", "Alpha", "Rl"), ("Delta", "base", "Rl"),
                ("Epsilon", "base", "Rl"), ("PathVLM-R1", "Beta", "Rl"),
        })
        {
            string stage = Path.Combine(output, MiniatureExperiment.Base, "seed-2", variant);
            JsonElement record = JsonDocument.Parse(File.ReadAllText(Path.Combine(stage, "stage.json"))).RootElement;
            Assert.Equal((before, rows), (record.GetProperty("before").GetString(), record.GetProperty("rows").GetString()));
            Assert.True(new FileInfo(Path.Combine(stage, "model.zip")).Length > 0);
            string log = File.ReadAllText(Path.Combine(stage, "metrics.jsonl"));
            Assert.Equal(before is "Alpha" && variant == "Beta" || variant is "Epsilon" or "PathVLM-R1",
                log.Contains("rewards/AccuracyReward/mean", StringComparison.Ordinal));
            Assert.Equal(variant == "PathVLM-R1", log.Contains("rewards/ProcessReward/mean", StringComparison.Ordinal));
        }

        Assert.Empty(Directory.EnumerateFiles(output, "*.unfinished", SearchOption.AllDirectories));
    }

    private static void TablesAreFilled(string output)
    {
        string[][] accuracy = MiniatureExperiment.Table(output, "In-domain accuracy");
        Assert.Equal(1 + 6 * 3, accuracy.Length); // base; each variant for two seeds and over them
        Assert.Equal("base", accuracy[0][0]);
        Assert.Equal(["Beta", "Beta", "Beta"], accuracy.Where(row => row[5] == "Alpha").Select(row => row[0]).Take(3));
        Assert.All(accuracy.Skip(1).Where(row => row[1] != "all"),
            row => Assert.InRange(double.Parse(row[8], System.Globalization.CultureInfo.InvariantCulture), 0, 1));
        Assert.All(accuracy.Where(row => row[1] == "all"),
            row => Assert.Equal((MiniatureExperiment.TestRows * 2, "-"), (int.Parse(row[2]), row[7])));
        Assert.Equal(
            ["Beta/Gamma/1", "Beta/Gamma/2", "Beta/Gamma/all", "Epsilon/Delta/1", "Epsilon/Delta/2", "Epsilon/Delta/all"],
            MiniatureExperiment.Table(output, "The control group: GRPO against fine-tuning on the same rows")
                .Select(row => string.Join('/', row.Take(3))));
        Assert.All(MiniatureExperiment.Table(output, "Output tokens"), row => Assert.NotEqual("-", row[2]));
        string[][] modalities = MiniatureExperiment.Table(output, "Out-of-domain accuracy: drawn");
        Assert.Equal(7, modalities.Length);
        Assert.All(modalities, row => Assert.Equal(3 + 4, row.Length));
        Assert.All(MiniatureExperiment.Table(output, "Controls: what the pictures give"),
            row => Assert.All(row, cell => Assert.NotEqual("-", cell)));
        Assert.All(MiniatureExperiment.Table(output, "Canaries: the judge on reasonings that deserve no reward"),
            row => Assert.Equal("yes", row[5]));
    }

    private static void FiguresAgreeWithTheAnswers(string output)
    {
        JsonElement report = MiniatureExperiment.Report(output);
        Assert.Equal(ResearchNotice.Text, report.GetProperty("notice").GetString());
        JsonElement beta = report.GetProperty("models").EnumerateArray()
            .Single(model => model.GetProperty("name").GetString() == "Beta" && model.GetProperty("seed").GetInt64() == 2);
        string[] lines = File.ReadAllLines(Path.Combine(output, MiniatureExperiment.Base, "seed-2", "Beta", "answers", "test.jsonl"));
        JsonElement[] answers = [.. lines.Skip(1).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(MiniatureExperiment.TestRows, answers.Length);
        JsonElement test = beta.GetProperty("sets").GetProperty("test");
        Assert.Equal(answers.Average(answer => answer.GetProperty("tokens").GetInt32()), test.GetProperty("meanTokens").GetDouble(), 9);
        Assert.Equal(answers.Count(answer => answer.GetProperty("truncated").GetBoolean()),
            test.GetProperty("overall").GetProperty("truncatedCount").GetInt32());
        JsonElement[] cases = [.. report.GetProperty("cases").EnumerateArray()];
        Assert.Equal(4, cases.Length);
        Assert.All(cases, item => Assert.Equal(
            ["Beta", "PathVLM-R1"], item.GetProperty("answers").EnumerateArray().Select(side => side.GetProperty("name").GetString())));
    }
}
