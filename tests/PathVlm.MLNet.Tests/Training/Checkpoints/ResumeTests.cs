using System.Text.Json.Nodes;
using Microsoft.ML;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Persistence.Weights;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Tests.Rewards.Judging;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Logging;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling.Adapters;

namespace PathVlm.MLNet.Tests.Training.Checkpoints;

/// <summary>A run that goes on from a checkpoint ends with the bytes of the run that was not stopped.</summary>
public sealed class ResumeTests : IDisposable
{
    private const int Steps = 7;
    private readonly TestFolder _folder = new();
    private readonly MLContext _ml = new();

    public static TheoryData<string> Stages =>
        ["sft", "sft-best", "sft-lora", "grpo", "grpo-sync", "grpo-lora", "process", "process-record"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Stages))]
    public void FromEveryCheckpointItEndsWithTheSameBytes(string stage)
    {
        string whole = _folder.PathOf("whole");
        CountingJudge judge = new();
        Outcome expected = Fit(stage, whole, judge);
        int[] steps = [.. Directory.GetDirectories(Path.Combine(whole, "checkpoints")).Select(path => int.Parse(path[^6..])).Order()];
        Assert.Equal(Enumerable.Range(1, Steps - 1), steps);
        foreach (int step in steps)
        {
            // What a process leaves that was killed later: logs and records are longer than when the checkpoint was written.
            string killed = Copy(whole, $"killed-{step}", step);
            CountingJudge again = new();
            Outcome actual = Fit(stage, killed, again, resume: true);
            Assert.Equal(expected.Weights, actual.Weights);
            Assert.Equal(string.Join('\n', expected.Metrics), string.Join('\n', actual.Metrics));
            Assert.Equal(expected.Rollouts, actual.Rollouts);
            Assert.Equal(expected.LastTensors, actual.LastTensors);
            Assert.Equal(expected.Result.Steps, actual.Result.Steps);
            Assert.Equal(expected.Result.BestStep, actual.Result.BestStep);
            Assert.Equal(expected.Result.Log.Count, actual.Result.Log.Count);
            if (stage == "process-record") Assert.Equal(0, again.Calls);
            Assert.Equal(expected.EventSteps, actual.EventSteps);
        }
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public void CancelledAnywhereItGoesOnToTheSameBytes(string stage)
    {
        Outcome expected = Fit(stage, _folder.PathOf("whole"), new CountingJudge());
        string stopped = _folder.PathOf("stopped");
        for (int cut = 1; cut < 40; cut++)
        {
            // Stopped at the cut-th question that training puts to its token, which is in the middle of a step as often as not.
            using CountedCancellation cancellation = new(cut % 7 + 2);
            Outcome actual = Fit(stage, stopped, new CountingJudge(), resume: true, cancellation);
            if (actual.Result.Reason != StopReason.Completed) continue;
            Assert.Equal(expected.Weights, actual.Weights);
            Assert.Equal(string.Join('\n', expected.Metrics), string.Join('\n', actual.Metrics));
            Assert.Equal(expected.Rollouts, actual.Rollouts);
            return;
        }

        Assert.Fail("the run was not completed");
    }

    private Outcome Fit(string stage, string folder, CountingJudge judge, bool resume = false, CountedCancellation? cancellation = null)
    {
        string[] stages = [.. Enumerable.Repeat(stage.StartsWith("sft", StringComparison.Ordinal) ? "Sft" : "Rl", 7)];
        IDataView rows = TinyCheckpoint.Rows(stages);
        PathologyTrainingOptions options = stage.StartsWith("sft", StringComparison.Ordinal) ? Sft(stage) : Grpo(stage);
        (options.OutputFolder, options.SaveSteps, options.KeepCheckpoints) = (folder, 1, 100);
        if (resume) options.ResumeFrom = folder;
        if (cancellation is not null)
        {
            options.Cancellation = cancellation.Token;
            options.Progress = cancellation;
        }

        if (options is PathologySftOptions sft)
        {
            PathologySftEstimator estimator = _ml.Pathology().SupervisedFineTuning(sft);
            using PathologyTransformer fitted = estimator.Fit(rows);
            return Outcome.Of(fitted, estimator.Result!, folder);
        }

        IEstimator<ITransformer> rewards = LengthRewards.Make(_ml);
        if (stage.StartsWith("process", StringComparison.Ordinal))
        {
            ReviewPanelOptions panel = new() { RecordFile = stage == "process-record" ? Path.Combine(folder, "reviews.jsonl") : null };
            Directory.CreateDirectory(folder);
            rewards = rewards.Append(_ml.Pathology().ProcessReward(judge, new ProcessRewardOptions { Panel = panel, CanarySteps = 3 }));
        }

        PathVlm.MLNet.Training.Grpo.GrpoEstimator grpo = _ml.Pathology().Grpo(rewards, (GrpoOptions)options);
        using PathologyTransformer trained = grpo.Fit(rows);
        return Outcome.Of(trained, grpo.Result!, folder);
    }

    private static PathologySftOptions Sft(string stage)
    {
        PathologySftOptions options = TinyCheckpoint.SftOptions(Steps);
        (options.GradientAccumulationSteps, options.LoggingSteps) = (2, 2);
        if (stage == "sft-best")
            (options.ValidationFraction, options.ValidationSteps, options.LearningRate) = (0.4, 2, 0.3);
        if (stage == "sft-lora") options.Lora = new LoraOptions { Rank = 2 };
        return options;
    }

    private static GrpoOptions Grpo(string stage)
    {
        GrpoOptions options = TinyCheckpoint.GrpoOptions(Steps);
        (options.GradientAccumulationSteps, options.StepsPerGeneration, options.NumIterations) = (2, 3, 2);
        (options.Beta, options.LoggingSteps) = (0.04, 2);
        if (stage == "grpo-sync")
            (options.SyncReferenceModel, options.ReferenceSyncSteps, options.ReferenceMixupAlpha) = (true, 2, 0.5);
        if (stage == "grpo-lora") options.Lora = new LoraOptions { Rank = 2 };
        return options;
    }

    private string Copy(string from, string name, int step)
    {
        string to = _folder.PathOf(name);
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        foreach (string later in Directory.GetDirectories(Path.Combine(to, "checkpoints")).Where(path => int.Parse(path[^6..]) > step))
            Directory.Delete(later, recursive: true);
        return to;
    }

    /// <summary>Cancels at a log line or somewhere after it.</summary>
    private sealed class CountedCancellation(int lines) : IProgress<TrainingProgress>, IDisposable
    {
        private readonly CancellationTokenSource _source = new();
        private int _left = lines;

        public CancellationToken Token => _source.Token;

        public void Report(TrainingProgress value)
        {
            if (--_left == 0) _source.Cancel();
            else if (_left == 1) _source.CancelAfter(TimeSpan.FromMilliseconds(3));
        }

        public void Dispose() => _source.Dispose();
    }

    private sealed record Outcome(
        TrainingResult Result, string[] Weights, string[] Metrics, string[] Rollouts, string LastTensors, string[] EventSteps)
    {
        public static Outcome Of(PathologyTransformer fitted, TrainingResult result, string folder) => new(
            result,
            [.. fitted.Policy.Model.CheckpointTensors.Select(item => $"{item.Key}: {TensorDigest.Of(item.Value)}"),
                fitted.Policy.Model.Adapter is { } adapter ? TensorDigest.Of(adapter.Values) : ""],
            [.. Lines(folder, "metrics.jsonl").Select(WithoutTimes)],
            Lines(folder, "rollouts.jsonl"),
            LastTensorsOf(Path.Combine(folder, "checkpoints", $"step-{Steps - 1:000000}", "state.json")),
            EventStepsOf(folder));

        private static string LastTensorsOf(string manifest) =>
            File.Exists(manifest) ? JsonNode.Parse(File.ReadAllText(manifest))!["sha256"]!.ToString() : "";

        private static string[] Lines(string folder, string name) =>
            File.Exists(Path.Combine(folder, name)) ? File.ReadAllLines(Path.Combine(folder, name)) : [];

        private static string WithoutTimes(string line)
        {
            JsonObject metrics = JsonNode.Parse(line)!.AsObject();
            metrics.Remove(MetricNames.JudgeLatency);
            return metrics.ToJsonString();
        }

        // As a set in order: which file holds an event does not matter to TensorBoard.
        private static string[] EventStepsOf(string folder) =>
            [.. new DirectoryInfo(Path.Combine(folder, "tensorboard")).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal)
                .SelectMany(file => EventFile.Events(file.FullName))
                .Where(line => !line.Contains(Convert.ToHexString("judge/latency"u8), StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)];
    }
}
