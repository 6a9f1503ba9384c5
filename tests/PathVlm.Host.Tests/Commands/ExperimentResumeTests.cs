using System.Text;
using PathVlm.Host.Tests.Support;
using PathVlm.Testing;

namespace PathVlm.Host.Tests.Commands;

/// <summary>A run that is ended in the middle and gone on with.</summary>
public sealed class ExperimentResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [UnixFact("signals")]
    public async Task NothingFinishedIsRepeatedAfterARunThatWasEndedInAStage()
    {
        string output = _folder.PathOf("run");
        string beta = Path.Combine(output, MiniatureExperiment.Base, "seed-1", "Beta");
        using System.Diagnostics.Process process =
            CommandLine.Start(MiniatureExperiment.Arguments(output, "--set", "Process:MaxSteps=1000000"));
        Task<Outcome> ended = CommandLine.FinishAsync(process);
        string started = Path.Combine(output, MiniatureExperiment.Base, "seed-1", "PathVLM-R1", "metrics.jsonl");
        while (!process.HasExited && !File.Exists(started)) await Task.Delay(20);
        process.Kill(); // no farewell: as where the power goes
        await ended;
        Dictionary<string, DateTime> finished = MiniatureExperiment.Finished(output);
        Assert.Equal(5, finished.Keys.Count(file => file.EndsWith("stage.json", StringComparison.Ordinal)));
        Assert.Contains(Path.Combine(beta, "model.zip"), finished.Keys);

        Outcome other = await CommandLine.RunAsync(MiniatureExperiment.Arguments(output, "--resume", "--set", "Grpo:LearningRate=0.5"));
        other.IsMistake(Path.Combine(beta, "stage.json"),
            "is finished and was made with other settings: Grpo:LearningRate was 0.0004, is 0.5; expected the same");
        Outcome resumed = await CommandLine.RunAsync(MiniatureExperiment.Arguments(output, "--resume", "--seeds", "1", "1"));
        resumed.IsMistake("--seeds: expected one or more, each once, got [1 1]");
        Assert.Equal(finished, MiniatureExperiment.Finished(output));

        // The stage that was ended is not finished: what only it depends on may be corrected.
        string shown = (await CommandLine.RunAsync(MiniatureExperiment.Arguments(output, "--resume"))).Success();
        Assert.Contains("1 stage(s) trained, 5 kept; 4 evaluation(s) made, 24 kept", shown, StringComparison.Ordinal);
        Dictionary<string, DateTime> all = MiniatureExperiment.Finished(output);
        Assert.All(finished, file => Assert.Equal(file.Value, all[file.Key]));
        string log = File.ReadAllText(
            Path.Combine(output, MiniatureExperiment.Base, "seed-1", "PathVLM-R1", "metrics.jsonl"), Encoding.UTF8);
        Assert.Single(log.Split('\n', StringSplitOptions.RemoveEmptyEntries)); // the log of the run that was ended is not gone on with
    }
}
