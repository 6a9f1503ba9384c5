using Microsoft.ML;
using Microsoft.ML.Transforms;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Rollouts;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Persistence.Weights;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Training.Grpo;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;

namespace PathVlm.MLNet.Tests.Training.Grpo;

public sealed class GrpoEstimatorTests
{
    private readonly MLContext _ml = new();

    [Fact]
    public void ContinuesTheStageBeforeWhichAnswersAsItDid()
    {
        IDataView rows = TinyCheckpoint.Rows("Sft", "Rl", "Sft", "Rl");
        GrpoOptions options = TinyCheckpoint.GrpoOptions(steps: 2);
        options.BaseModel = null;
        Microsoft.ML.Data.EstimatorChain<PathologyTransformer> chain = _ml.Pathology().SupervisedFineTuning(TinyCheckpoint.SftOptions())
            .Append(_ml.Pathology().Grpo(LongWords(), options));
        using PathologyTransformer alone = _ml.Pathology().SupervisedFineTuning(TinyCheckpoint.SftOptions()).Fit(rows);
        using Microsoft.ML.Data.TransformerChain<PathologyTransformer> fitted = chain.Fit(rows);
        PathologyTransformer[] stages = [.. fitted.OfType<PathologyTransformer>()];
        Assert.Equal(RowDump.Of(alone.Transform(rows), "Response"), RowDump.Of(stages[0].Transform(rows), "Response"));
        Assert.Equal(Weights(alone), Weights(stages[0]));
        Assert.NotEqual(Weights(stages[0]), Weights(stages[1]));
    }

    [Fact]
    public void AUsersRewardSeesEveryColumnOfTheRowAndItsRollouts()
    {
        List<string> seen = [];
        IEstimator<ITransformer> reward = _ml.Transforms.CustomMapping<Judged, Scored>(
            (row, score) =>
            {
                seen.Add($"{row.Id} {row.Subset} {row.Rollouts.Length} {row.RolloutTokenCounts.Length}");
                score.OwnReward = [.. row.Rollouts.Select(rollout => (float)rollout.Length)];
            },
            contractName: null);
        _ml.Pathology().Grpo(reward, TinyCheckpoint.GrpoOptions()).Fit(TinyCheckpoint.Rows("Rl", "Test", "Rl")).Dispose();
        Assert.Equal(["q0 Tiles 2 2", "q2 Tiles 2 2"], seen);
    }

    [Fact]
    public void AStageInWhichNoGroupEverDifferedSaysSoAtItsEnd()
    {
        List<string> warnings = [];
        _ml.Log += (_, message) =>
        {
            if (message.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning) warnings.Add(message.RawMessage);
        };
        _ml.Pathology().Grpo(LongWords(), TinyCheckpoint.GrpoOptions(steps: 2)).Fit(TinyCheckpoint.Rows("Rl", "Rl")).Dispose();
        Assert.DoesNotContain(warnings, warning => warning.Contains("no group had", StringComparison.Ordinal));
        // Six tokens of an untrained model never have the format: every group has equal rewards.
        _ml.Pathology().Grpo(_ml.Pathology().FormatReward(), TinyCheckpoint.GrpoOptions(steps: 2)).Fit(TinyCheckpoint.Rows("Rl", "Rl"))
            .Dispose();
        Assert.Contains(warnings, warning => warning.StartsWith(
            "in 2 steps no group had completions with different rewards, so the rewards taught nothing", StringComparison.Ordinal));
    }

    [Fact]
    public void MetricsNameTheRewards()
    {
        List<TrainingProgress> lines = [];
        GrpoOptions options = TinyCheckpoint.GrpoOptions();
        options.Progress = new Collector(lines);
        _ml.Pathology().Grpo(_ml.Pathology().FormatReward().Append(LongWords()), options).Fit(TinyCheckpoint.Rows("Rl", "Rl")).Dispose();
        Assert.Contains("rewards/FormatReward/mean", lines[0].Metrics.Keys);
        Assert.Contains("rewards/OwnReward/mean", lines[0].Metrics.Keys);
    }

    [Fact]
    public void AnUnknownRewardColumnIsRefusedBeforeTheModelIsLoaded()
    {
        using var folder = new TestFolder();
        GrpoOptions options = TinyCheckpoint.GrpoOptions();
        (options.BaseModel, options.RewardColumns) = (folder.PathOf("."), ["FormatReward", "ProcessReward"]);
        GrpoEstimator estimator = _ml.Pathology().Grpo(_ml.Pathology().FormatReward(), options);
        const string Message = "Grpo, rewards: input column [ProcessReward] of type Vector<Single> is missing";
        Assert.Contains(Message, Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(TinyCheckpoint.Rows("Rl", "Rl"))).Message,
            StringComparison.Ordinal);
        Assert.Contains(Message, Assert.Throws<ArgumentOutOfRangeException>(
            () => estimator.GetOutputSchema(SchemaShapes.Of(TinyCheckpoint.Rows("Rl").Schema))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("notes.txt")]
    [InlineData(null)]
    public void AStoppedRunsCheckpointIsDeletedAndOtherFilesStay(string? other)
    {
        using var folder = new TestFolder();
        string stopped = Directory.CreateDirectory(folder.PathOf("stopped")).FullName;
        foreach (string name in new[] { "config.json", "model-00001-of-00002.safetensors", "model.safetensors.index.json", other }
            .OfType<string>())
            File.WriteAllText(Path.Combine(stopped, name), "x");
        GrpoEstimator.DeleteStoppedCheckpoint(folder.PathOf("."));
        Assert.Equal(other is not null, Directory.Exists(stopped));
        if (other is not null) Assert.Equal(other, Path.GetFileName(Assert.Single(Directory.GetFiles(stopped))));
    }

    [Fact]
    public void RewardsThatAddNoRewardColumnAreRefused()
    {
        GrpoEstimator estimator = _ml.Pathology().Grpo(_ml.Transforms.CopyColumns("Copy", "Rollouts"), TinyCheckpoint.GrpoOptions());
        Assert.Contains(
            "Grpo: expected rewards that add a column named <Name>Reward of type Vector<Single>, got [Copy].",
            Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(TinyCheckpoint.Rows("Rl", "Rl"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AGroupBelowTwoAndABatchThatDoesNotDivideAreRefusedAtTheDoor()
    {
        GrpoOptions options = TinyCheckpoint.GrpoOptions();
        (options.GroupSize, options.BatchSize) = (1, 0);
        string message = Assert.Throws<ArgumentOutOfRangeException>(() => _ml.Pathology().Grpo(_ml.Pathology().FormatReward(), options))
            .Message;
        Assert.Contains("GroupSize: expected 2 or more, got 1", message, StringComparison.Ordinal);
        Assert.Contains("BatchSize: expected 1 or more, got 0", message, StringComparison.Ordinal);
    }

    [Fact]
    public void TooFewRowsAreRefusedBeforeTheModelIsLoaded()
    {
        GrpoEstimator estimator = _ml.Pathology().Grpo(_ml.Pathology().FormatReward(), TinyCheckpoint.GrpoOptions());
        Assert.Contains(
            "Grpo: expected 2 or more rows with Stage = [Rl] (a generation batch has 4 completions, 2 per row), got 1",
            Assert.Throws<ArgumentOutOfRangeException>(() => estimator.Fit(TinyCheckpoint.Rows("Rl", "Sft"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ARewardThatGivesAnotherNumberOfScoresIsNamed()
    {
        IEstimator<ITransformer> reward = _ml.Transforms.CustomMapping<Judged,
            Scored>((row, score) => score.OwnReward = [1], contractName: null);
        GrpoEstimator estimator = _ml.Pathology().Grpo(reward, TinyCheckpoint.GrpoOptions());
        Assert.Equal(
            "Grpo, row [q0]: [OwnReward]: expected 2 scores, one per rollout (NaN for none), got 1.",
            Assert.Throws<InvalidOperationException>(() => estimator.Fit(TinyCheckpoint.Rows("Rl", "Rl"))).Message);
    }

    [Fact]
    public void AFittedRewardIsTakenAsAnEstimatorIs()
    {
        IDataView rows = TinyCheckpoint.Rows("Rl", "Rl");
        IDataView rollouts = new RolloutView(rows, []);
        ITransformer fittedReward = _ml.Pathology().FormatReward().Append(LongWords()).Fit(rollouts);
        using PathologyTransformer one = _ml.Pathology().Grpo(fittedReward, TinyCheckpoint.GrpoOptions()).Fit(rows);
        using PathologyTransformer other = _ml.Pathology()
            .Grpo(_ml.Pathology().FormatReward().Append(LongWords()), TinyCheckpoint.GrpoOptions()).Fit(rows);
        Assert.Equal(Weights(other), Weights(one));
    }

    [Fact]
    public void CancelledItReturnsWhatItHasLearnt()
    {
        using var cancellation = new CancellationTokenSource();
        GrpoOptions options = TinyCheckpoint.GrpoOptions(steps: 50);
        List<TrainingProgress> lines = [];
        (options.Cancellation, options.Progress) = (cancellation.Token, new Collector(lines, cancellation.Cancel));
        GrpoEstimator estimator = _ml.Pathology().Grpo(LongWords(), options);
        estimator.Fit(TinyCheckpoint.Rows("Rl", "Rl")).Dispose();
        Assert.Equal((StopReason.Cancelled, 1), (estimator.Result!.Reason, estimator.Result.Steps));
    }

    private CustomMappingEstimator<Judged, Scored> LongWords() => _ml.Transforms.CustomMapping<Judged, Scored>(
        (row, score) => score.OwnReward = [.. row.Rollouts.Select(rollout => (float)rollout.Length)], contractName: null);

    private static string[] Weights(PathologyTransformer transformer) =>
        [.. transformer.Policy.Model.CheckpointTensors.Select(item => $"{item.Key}: {TensorDigest.Of(item.Value)}")];

    private sealed class Judged
    {
        public string Id { get; set; } = "";

        public string Subset { get; set; } = "";

        public string[] Rollouts { get; set; } = [];

        public int[] RolloutTokenCounts { get; set; } = [];
    }

    private sealed class Scored
    {
        public float[] OwnReward { get; set; } = [];
    }

    private sealed class Collector(List<TrainingProgress> lines, Action? first = null) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            lines.Add(value);
            first?.Invoke();
        }
    }
}
