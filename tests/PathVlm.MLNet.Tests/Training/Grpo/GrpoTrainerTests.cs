using System.Text.Json;
using PathVlm.MLNet.Rewards.Scaling;
using PathVlm.MLNet.Tests.Training.Support;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Grpo.Scoring;
using PathVlm.MLNet.Training.Grpo;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling.Optimization;
using PathVlm.Modeling;
using PathVlm.Testing;
using TorchSharp;

namespace PathVlm.MLNet.Tests.Training.Grpo;

public sealed class GrpoTrainerTests
{
    [Fact]
    public void TheSameSeedGivesTheSameWeightsToTheLastBit() => Assert.Equal(Train(Options()).Weights, Train(Options()).Weights);

    /// <summary>A micro-batch of one completion computes its prompt alone: shared prompts and repeated prompts, in one test.</summary>
    [Theory]
    [InlineData(PolicyLossType.Grpo)]
    [InlineData(PolicyLossType.DrGrpo)]
    [InlineData(PolicyLossType.Dapo)]
    [InlineData(PolicyLossType.Cispo)]
    public void OneMicroBatchOfEightIsEightOfOne(PolicyLossType type)
    {
        GrpoOptions whole = Options(), parts = Options();
        whole.LossType = parts.LossType = type;
        (whole.BatchSize, whole.GradientAccumulationSteps) = (8, 1);
        (parts.BatchSize, parts.GradientAccumulationSteps) = (1, 8);
        AssertClose(Train(whole).Weights, Train(parts).Weights);
    }

    [Fact]
    public void ARowsLogProbabilitiesDoNotDependOnItsBatch()
    {
        using Qwen25VlModel model = TinyModel.Create();
        using PictureFeatureCache features = new(model, frozen: true);
        using DisposeScope scope = torch.NewDisposeScope();
        GenerationBatch batch = Batch(TinyModel.Prompts(3), groupSize: 4);
        CompletionScorer scorer = new(model, features, 0.7, null);
        int[] rows = [.. Enumerable.Range(0, 12)];
        float[] together = scorer.Score(batch, rows, false).LogProbabilities.data<float>().ToArray();
        float[] alone = [.. rows.SelectMany(row => scorer.Score(batch, [row], false).LogProbabilities.data<float>().ToArray())];
        for (int i = 0; i < alone.Length; i++) Assert.Equal(alone[i], together[i], 1e-5f);
    }

    [Theory]
    [InlineData(1.0, false)]
    [InlineData(0.7, true)]
    public void TheSamplersLogProbabilitiesAreTheLosss(double temperature, bool suppress)
    {
        using Qwen25VlModel model = TinyModel.Create();
        GrpoOptions options = Options();
        (options.Temperature, options.SuppressControlTokens, options.MaxCompletionLength) = (temperature, suppress, 12);
        int[] suppressed = [60, 61, 62, 63, 0];
        using GeneratorRolloutSource source = new(model, options, [TinyModel.EndId], suppressed);
        GrpoTrainer trainer = new(model, options, source, new ScriptedRollouts()) { SuppressedTokenIds = suppressed };
        TrainingResult result = trainer.Train(TinyModel.Prompts(6));
        Assert.Equal(StopReason.Completed, result.Reason);
        Assert.All(result.Log, line => Assert.InRange(line["sampling/sampling_logp_difference/max"], 0, 1e-4));
    }

    [Fact]
    public void SuppressedTokensAreNeverSampled()
    {
        using Qwen25VlModel model = TinyModel.Create();
        GrpoOptions options = Options();
        options.MaxCompletionLength = 12;
        int[] suppressed = [.. Enumerable.Range(0, 50)];
        using GeneratorRolloutSource source = new(model, options, [TinyModel.EndId], suppressed);
        using PictureFeatureCache features = new(model, frozen: true);
        using DisposeScope scope = torch.NewDisposeScope();
        IReadOnlyList<Rollout> rollouts = source.Generate(
            new RolloutRequest(TinyModel.Prompts(3), 4, 0, 0, prompt => features.FeaturesOf(prompt.Pictures)), default);
        Assert.DoesNotContain(rollouts.SelectMany(rollout => rollout.TokenIds), suppressed.Contains);
    }

    [Fact]
    public void GroupsOfEqualRewardsMoveNothingWithoutKl()
    {
        using Qwen25VlModel model = TinyModel.Create();
        float[] before = TinyModel.WeightsOf(model);
        ScriptedRollouts scripted = new((_, _) => [0.3f]);
        TrainingResult result = new GrpoTrainer(model, Options(), scripted, scripted).Train(TinyModel.Prompts(6));
        Assert.Equal(before, TinyModel.WeightsOf(model));
        Assert.All(result.Log, line => Assert.Equal((0.0, 1.0), (line["grad_norm"], line["frac_reward_zero_std"])));
    }

    [Fact]
    public void RewardedCompletionsBecomeMoreLikely()
    {
        using Qwen25VlModel model = TinyModel.Create();
        GrpoOptions options = Options();
        (options.MaxSteps, options.MaxCompletionLength, options.BatchSize, options.LearningRate) = (40, 4, 16, 1e-2);
        using GeneratorRolloutSource source = new(model, options, [TinyModel.EndId], []);
        ScriptedRollouts rewards = new((rollout, _) => [rollout.TokenIds.Count(id => id < 32) / (float)rollout.TokenIds.Count]);
        TrainingResult result = new GrpoTrainer(model, options, source, rewards).Train(TinyModel.Prompts(8));
        Assert.True(result.Log[^1]["reward"] > result.Log[0]["reward"] + 0.3, $"{result.Log[0]["reward"]} -> {result.Log[^1]["reward"]}");
    }

    [Fact]
    public void AGivenReferenceEqualsTheCopyThatIsMadeOtherwise()
    {
        GrpoOptions options = Options();
        options.Beta = 0.1;
        using Qwen25VlModel unchanging = TinyModel.Create();
        Assert.Equal(Train(options).Weights, Train(options, reference: unchanging).Weights);
        using Qwen25VlModel untouched = TinyModel.Create();
        Assert.Equal(TinyModel.WeightsOf(untouched), TinyModel.WeightsOf(unchanging));
    }

    [Fact]
    public void ASyncedReferenceMovesTowardsThePolicy()
    {
        using Qwen25VlModel policy = TinyModel.Create(1);
        using Qwen25VlModel start = TinyModel.Create(2);
        float[] from = TinyModel.WeightsOf(start), to = TinyModel.WeightsOf(policy);
        using ReferencePolicy reference = new(start, start, moves: true);
        reference.Sync(policy, 0.25);
        float[] moved = TinyModel.WeightsOf(reference.Model);
        for (int i = 0; i < moved.Length; i++) Assert.Equal(0.75f * from[i] + 0.25f * to[i], moved[i], 1e-6f);
        Assert.Equal(from, TinyModel.WeightsOf(start));
    }

    [Fact]
    public void GroupsWithoutVarianceAreSampledAnewABoundedNumberOfTimes()
    {
        GrpoOptions options = Options();
        (options.MaxSteps, options.MaxResamplings) = (1, 2);
        ScriptedRollouts scripted = new((rollout, prompt) => [prompt.Row == 0 ? 1 : rollout.TokenIds.Count]);
        using Qwen25VlModel model = TinyModel.Create();
        TrainingResult result = new GrpoTrainer(model, options, scripted, scripted).Train(TinyModel.Prompts(2));
        Assert.Equal([2, 1, 1], scripted.Requests.Select(request => request.Prompts.Count));
        Assert.Equal([0, 1, 2], scripted.Requests.Select(request => request.Attempt));
        Assert.Equal(1, result.Log[0]["resampled_groups"]);
    }

    [Fact]
    public void AGenerationServesItsPartsAgainAndAgain()
    {
        GrpoSchedule schedule = new(16, new GrpoOptions
        {
            BatchSize = 4, GradientAccumulationSteps = 1, StepsPerGeneration = 2, NumIterations = 2, GroupSize = 4, Shuffle = false,
        });
        Assert.Equal(
            [new(0, 0, true), new(0, 1, false), new(0, 0, false), new(0, 1, false), new(1, 0, true)],
            Enumerable.Range(0, 5).Select(step => schedule.PlaceOf(step, 0)));
        Assert.Equal([2, 3], schedule.PromptsOf(1));
        Assert.Equal([0, 1], schedule.PromptsOf(8));
        Assert.Equal(32, schedule.StepsPerEpoch);
    }

    [Fact]
    public void TooFewPromptsAreRefusedBeforeAnythingIsSampled()
    {
        using Qwen25VlModel model = TinyModel.Create();
        ScriptedRollouts scripted = new();
        ArgumentException fault = Assert.Throws<ArgumentException>(
            () => new GrpoTrainer(model, Options(), scripted, scripted).Train(TinyModel.Prompts(1)));
        Assert.Contains("Prompts: expected 2 or more (a generation batch has 8 completions, 4 per prompt), got 1", fault.Message,
            StringComparison.Ordinal);
        Assert.Empty(scripted.Requests);
    }

    [Fact]
    public void CancellingWhileSamplingEndsTheRunWithTheWeightsOfTheLastStep()
    {
        using Qwen25VlModel model = TinyModel.Create();
        using CancellationTokenSource source = new();
        ScriptedRollouts scripted = new((rollout, _) => [rollout.TokenIds.Count]);
        CancellingRewards rewards = new(scripted, source, calls: 3);
        TrainingResult result = new GrpoTrainer(model, Options(), scripted, rewards).Train(TinyModel.Prompts(6), null, source.Token);
        Assert.Equal((StopReason.Cancelled, 2L), (result.Reason, result.Steps));
    }

    [Fact]
    public void AStepLeavesNoTensorBehind()
    {
        using Qwen25VlModel model = TinyModel.Create();
        GrpoOptions options = Options();
        (options.MaxSteps, options.Beta, options.NumIterations, options.MaxCompletionLength) = (12, 0.1, 2, 8);
        using GeneratorRolloutSource source = new(model, options, [TinyModel.EndId], []);
        List<long> live = [];
        GrpoTrainer trainer = new(model, options, source, new ScriptedRollouts());
        trainer.Train(TinyModel.Prompts(2), new Recorder(_ => live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount)));
        Assert.Equal(live[3], live[^1]);
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        trainer.Train(TinyModel.Prompts(2));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void EveryRolloutIsWrittenWithItsScoresAndAdvantage()
    {
        using TemporaryFolder folder = new();
        using Qwen25VlModel model = TinyModel.Create();
        GrpoOptions options = Options();
        (options.OutputFolder, options.MaxSteps) = (folder.Path, 2);
        ScriptedRollouts scripted =
            new((rollout, _) => [rollout.TokenIds.Count, rollout.TokenIds.Count % 2 == 0 ? float.NaN : 1], rewards: 2);
        new GrpoTrainer(model, options, scripted, scripted).Train(TinyModel.Prompts(6));
        JsonElement[] lines = [.. File.ReadLines(folder.PathOf("rollouts.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(16, lines.Length);
        Assert.Equal(
            ["step", "generation", "id", "sample", "tokens", "truncated", "rewards", "reward", "advantage"],
            lines[0].EnumerateObject().Select(property => property.Name));
        Assert.Contains(lines, line => line.GetProperty("rewards").GetProperty("reward2").ValueKind == JsonValueKind.Null);
        Assert.Equal(2, File.ReadLines(folder.PathOf("metrics.jsonl")).Count());
    }

    private static GenerationBatch Batch(GrpoPrompt[] prompts, int groupSize)
    {
        Rollout[] rollouts = [.. new ScriptedRollouts().Generate(new RolloutRequest(prompts, groupSize, 0, 0, _ => null), default)];
        return new GenerationBatch
        {
            Number = 0, Prompts = prompts, Rollouts = rollouts, GroupSize = groupSize, Scores = new float[rollouts.Length, 1],
            Advantages = new AdvantageResult([], [], []),
        };
    }

    private static (float[] Weights, TrainingResult Result) Train(GrpoOptions options, Qwen25VlModel? reference = null)
    {
        using Qwen25VlModel model = TinyModel.Create();
        ScriptedRollouts scripted = new();
        TrainingResult result = new GrpoTrainer(model, options, scripted, scripted) { Reference = reference }.Train(TinyModel.Prompts(6));
        Assert.Equal(StopReason.Completed, result.Reason);
        return (TinyModel.WeightsOf(model), result);
    }

    private static GrpoOptions Options() => new()
    {
        MaxSteps = 4, BatchSize = 8, LearningRate = 1e-3, Beta = 0, Scheduler = LearningRateScheduler.Constant,
        Precision = TrainingPrecision.Float32, MaxCompletionLength = 16,
    };

    private static void AssertClose(float[] expected, float[] actual)
    {
        double mean = expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Average();
        Assert.True(mean < 1e-6, $"mean difference {mean}");
    }

    private sealed class CancellingRewards(IRewardSource inner, CancellationTokenSource source, int calls) : IRewardSource
    {
        private int _calls;

        public IReadOnlyList<string> Names => inner.Names;

        public float[,] Score(IReadOnlyList<GrpoPrompt> prompts, IReadOnlyList<Rollout> rollouts, long step, CancellationToken cancellation)
        {
            if (++_calls == calls) source.Cancel();
            cancellation.ThrowIfCancellationRequested();
            return inner.Score(prompts, rollouts, step, cancellation);
        }
    }
}
