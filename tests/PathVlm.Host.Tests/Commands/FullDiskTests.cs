using System.Diagnostics;
using System.Text.Json;
using PathVlm.Host.Tests.Support;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary>A full disk, a temporary folder that is full, missing or read-only, and a read-only output, from outside.</summary>
public sealed class FullDiskTests : IDisposable
{
    private static readonly string[] TinyRun =
    [
        "--preset", "embedded", "--base", Reference.Checkpoint,
        "--set", "Sft:MaxSteps=1", "--set", "Sft:BatchSize=2", "--set", "Sft:MaxPromptLength=1024", "--set", "Sft:MaxCompletionLength=512",
        "--set", "Grpo:MaxSteps=1", "--set", "Grpo:BatchSize=2", "--set", "Grpo:GroupSize=2", "--set", "Grpo:MaxPromptLength=1024",
        "--set", "Grpo:MaxCompletionLength=4", "--set", "Process:MaxSteps=1", "--set", "Process:BatchSize=2",
        "--set", "Process:GroupSize=2", "--set", "Process:MaxPromptLength=1024", "--set", "Process:MaxCompletionLength=4",
    ];

    private readonly SmallSet _set = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _set.Dispose();
        _folder.Dispose();
    }

    [RootTheory]
    [InlineData("train", 24)]
    [InlineData("train", 100)]
    [InlineData("train", 400)]
    [InlineData("train", 1500)]
    [InlineData("experiment", 24)]
    [InlineData("experiment", 400)]
    public async Task ARunOnAFullDiskEndsInOneLineAndLeavesNoHalfFile(string verb, int kilobytes)
    {
        using SmallDisk disk = new(4096);
        disk.Fill(kilobytes);
        Outcome outcome = await RunAsync([], [verb, "--data", _set.Folder, "--output", disk.PathOf("run"), .. TinyRun]);
        IsTold(outcome, disk.Path);
        HoldsWholeFilesAlone(disk.Path);
    }

    [RootTheory]
    [InlineData(0)]
    public async Task AnEvaluationOnAFullDiskEndsInOneLine(int kilobytes)
    {
        using SmallDisk disk = new(1024);
        Directory.CreateDirectory(disk.PathOf("report"));
        disk.Fill(kilobytes);
        Outcome outcome = await RunAsync(
            [], ["evaluate", "--model", Reference.Checkpoint, "--data", _set.Folder, "--output", disk.PathOf("report"), "--set",
                "Model:MaxPromptLength=1024"]);
        IsTold(outcome, disk.Path);
        HoldsWholeFilesAlone(disk.Path);
    }

    [RootTheory]
    [InlineData(0)]
    [InlineData(4)]
    public async Task AJudgeWhoseRecordDoesNotFitEndsInOneLine(int kilobytes)
    {
        using SmallDisk disk = new(256);
        File.WriteAllText(disk.PathOf("reviews.jsonl"), "");
        disk.Fill(kilobytes);
        Outcome outcome = await RunAsync([], ["judge", "--record", disk.PathOf("reviews.jsonl"), Rollouts(40)]);
        IsTold(outcome, disk.Path);
        HoldsWholeFilesAlone(disk.Path);
    }

    [RootTheory]
    [InlineData(0)]
    [InlineData(200)]
    public async Task ASetThatDoesNotFitIsToldAndNoHalfPictureIsLeft(int kilobytes)
    {
        using SmallDisk disk = new(1024);
        disk.Fill(kilobytes);
        Outcome outcome = await RunAsync([], ["synthesize", "--output", disk.PathOf("set"), "--set", "Set:SftCount=200"]);
        IsTold(outcome, disk.Path);
        HoldsWholeFilesAlone(disk.Path);
    }

    [RootTheory]
    [InlineData("full")]
    [InlineData("read-only")]
    [InlineData("missing")]
    public async Task ATemporaryFolderThatCannotBeUsedIsNamed(string state)
    {
        string zip = _folder.PathOf("model.zip");
        (await RunAsync([], ["train", "--data", _set.Folder, "--output", _folder.PathOf("run"), "--until", "Alpha", .. TinyRun])).Success();
        File.Move(_folder.PathOf("run", "pathvlm-r1.zip"), zip);
        using SmallDisk disk = new(512);
        if (state == "full") disk.Fill(0);
        if (state == "read-only") disk.Freeze();
        string temporary = state == "missing" ? disk.PathOf("none") : disk.Path;
        Outcome outcome = await RunAsync(
            [("TMPDIR", temporary)], ["predict", "--model", zip, "--image", Reference.Picture, "--question", "What?"]);
        Assert.NotEqual(0, outcome.Code);
        Assert.Contains(temporary, outcome.ErrorLine, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }

    [RootTheory]
    [InlineData("train")]
    [InlineData("experiment")]
    [InlineData("evaluate")]
    [InlineData("judge")]
    [InlineData("synthesize")]
    public async Task AReadOnlyFolderIsNamed(string verb)
    {
        using SmallDisk disk = new(256);
        disk.Freeze();
        string[] args = verb switch
        {
            "evaluate" => ["--model", Reference.Checkpoint, "--data", _set.Folder, "--output", disk.PathOf("out")],
            "judge" => ["--record", disk.PathOf("r.jsonl"), Rollouts(1)],
            "synthesize" => ["--output", disk.PathOf("out")],
            _ => ["--data", _set.Folder, "--output", disk.PathOf("out"), .. TinyRun],
        };
        Outcome outcome = await RunAsync([], [verb, .. args]);
        outcome.IsMistake(disk.Path);
    }

    private string Rollouts(int count) => RolloutFiles.Write(
        _folder, [.. Enumerable.Range(0, count).Select(row => RolloutFiles.Line($"row-{row}", 0, $"{RolloutFiles.Sound} Case {row}."))]);

    private static async Task<Outcome> RunAsync((string Name, string Value)[] environment, string[] args)
    {
        using Process process = CommandLine.Start(environment, args);
        return await CommandLine.FinishAsync(process);
    }

    private static void IsTold(Outcome outcome, string disk)
    {
        Assert.True(outcome.Code is 1 or 2, $"exit code {outcome.Code}: {outcome.Error}");
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains(disk, outcome.ErrorLine, StringComparison.Ordinal);
        Assert.Matches("the disk is full: [0-9]+ bytes were written, [0-9]+ are free", outcome.ErrorLine);
    }

    // Whatever was left can be read: pictures are whole, JSON lines are whole, nothing has the name of an unfinished file.
    private static void HoldsWholeFilesAlone(string folder)
    {
        foreach (string file in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories))
        {
            if (file.EndsWith(".asked.unfinished", StringComparison.Ordinal)) // the journal that --resume goes on with
                foreach (string line in File.ReadLines(file).Skip(1)) JsonDocument.Parse(line).Dispose();
            else
                Assert.DoesNotMatch(@"\.(unfinished|partial|old)$", file);
            if (file.EndsWith(".png", StringComparison.Ordinal)) PictureFile.Decode(file);
            if (file.EndsWith(".json", StringComparison.Ordinal)) JsonDocument.Parse(File.ReadAllBytes(file)).Dispose();
            if (file.EndsWith(".jsonl", StringComparison.Ordinal))
                foreach (string line in File.ReadLines(file)) JsonDocument.Parse(line).Dispose();
        }
    }
}
