using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Judging.Canaries;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Records;
using PathVlm.MLNet.Judging.Rubric;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Tests.Rewards;
using PathVlm.MLNet.Tests.Rewards.Judging;
using PathVlm.MLNet.Tests.Training.Support;
using PathVlm.MLNet.Training.Grpo;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Rewards;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling;
using PathVlm.Modeling.Optimization;

namespace PathVlm.MLNet.Tests.Training.Grpo.Rewards;

/// <summary>What is said of a judge before a stage, and while it goes on.</summary>
public sealed class JudgeWatchTests
{
    private readonly MLContext _ml = new();
    private readonly List<string> _warnings = [], _told = [];

    public JudgeWatchTests() => _ml.Log += (_, message) =>
    {
        // What is said at the end of a stage whose judge gives every completion the same is about the stage.
        if (message.Kind == ChannelMessageKind.Warning && !message.RawMessage.Contains("no group had", StringComparison.Ordinal))
            _warnings.Add(message.RawMessage);
        if (message.Kind == ChannelMessageKind.Info) _told.Add(message.RawMessage);
    };

    [Fact]
    public void AnHonestJudgeIsNotWarnedOfAndItsCanariesAreInEveryLine()
    {
        List<CanaryReport> reports = [];
        TrainingResult result = Fit(new RubricJudge(), new ProcessRewardOptions { CanaryProgress = new Reports(reports) });
        Assert.Equal(20, Assert.Single(reports).Reviews.Count);
        Assert.Empty(_warnings);
        Assert.All(result.Log, line => Assert.Equal(reports[0].HighestEmptyCompleteness, line["judge/canary_max"], 1e-6));
        Assert.All(result.Log, line => Assert.Contains("judge/missing_rate", line.Keys));
    }

    [Fact]
    public void AJudgeThatPaysForEmptyReasoningIsWarnedOf()
    {
        Assert.Equal(StopReason.Completed, Fit(new GenerousJudge(), new ProcessRewardOptions()).Reason);
        Assert.Contains("this judge pays for empty reasoning", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void ItEndsTheRunWhereTheOptionsSaySo()
    {
        JudgeStoppedException fault =
            Assert.Throws<JudgeStoppedException>(() => Fit(new GenerousJudge(), new ProcessRewardOptions { Canaries = CanaryPolicy.Stop }));
        Assert.Contains("do not hold", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AJudgeThatCouldNotBeAskedIsWarnedOfAndEndsTheRunWhereTheOptionsSaySo()
    {
        ReviewPanelOptions panel = new() { MaxMissingRate = 1 };
        Fit(new CountingJudge(MissingCause.Refused), new ProcessRewardOptions { Panel = panel });
        Assert.Equal(2, _warnings.Count);
        Assert.Contains("16 of 20 were not reviewed (Refused 16)", _warnings[0], StringComparison.Ordinal);
        Assert.Contains("step 1: reviews are missing: ", _warnings[1], StringComparison.Ordinal); // once a cause, not once a step
        JudgeStoppedException fault = Assert.Throws<JudgeStoppedException>(() =>
            Fit(new CountingJudge(MissingCause.Refused), new ProcessRewardOptions { Panel = panel, Canaries = CanaryPolicy.Stop }));
        Assert.Contains("16 of 20 were not reviewed (Refused 16)", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatTheStageWillCostIsForecastOnceAfterFiftyReviews()
    {
        using ProcessRewardTransformer served = Fitted(new CountingJudge()), offline = Fitted(new RubricJudge());
        using MessageChannel channel = new(_ml, "Test");
        JudgeWatch watch = new([served, offline], channel, new Recorder(_ => { }), default);
        watch.Begin(); // 16 canaries
        for (int step = 1; step <= 4; step++)
        {
            Review(served, 20, step);
            Review(offline, 60, step);
            watch.Report(new TrainingProgress(step, 10, new Dictionary<string, double>(), TimeSpan.Zero));
        }

        string forecast = Assert.Single(_told, line => line.Contains("forecast", StringComparison.Ordinal));
        // 0.0045 a review
        Assert.Equal("step 2: the judge was asked for 56 reviews; forecast for the stage: 216 reviews, price 0.97", forecast);
    }

    [Fact]
    public void WhereTheyAreOffNoCanaryIsShown()
    {
        using TestFolder folder = new();
        string record = folder.PathOf("reviews.jsonl");
        TrainingResult result =
            Fit(new GenerousJudge(),
            new ProcessRewardOptions { Canaries = CanaryPolicy.Off, Panel = new ReviewPanelOptions { RecordFile = record } });
        Assert.DoesNotContain(ReviewRecord.Read(record), line => line.Row < 0);
        Assert.All(result.Log, line => Assert.Equal(double.NaN, line["judge/canary_max"]));
    }

    [Fact]
    public void TheCanariesAreShownAnewEverySoManyStepsWhateverTheRecordHolds()
    {
        using TestFolder folder = new();
        string record = folder.PathOf("reviews.jsonl");
        ProcessRewardOptions options = new() { CanarySteps = 2, Panel = new ReviewPanelOptions { RecordFile = record } };
        for (int run = 0; run < 2; run++) Fit(new CountingJudge(), options, steps: 5);
        Assert.Equal(
            new Dictionary<long, int> { [0] = 16, [2] = 32, [4] = 32 }, // before the first step the second run finds them in the record
            ReviewRecord.Read(record).Where(line => line.Row < 0).CountBy(line => line.Step).ToDictionary());
    }

    [Fact]
    public void ARecordCarriesTheOptimizerStepThatRolloutsCarry()
    {
        using TestFolder folder = new();
        string record = folder.PathOf("reviews.jsonl");
        GrpoOptions grpo = TinyCheckpoint.GrpoOptions(steps: 5);
        (grpo.StepsPerGeneration, grpo.OutputFolder) = (2, folder.PathOf("log"));
        ProcessRewardOptions options = new() { Canaries = CanaryPolicy.Off, Panel = new ReviewPanelOptions { RecordFile = record } };
        _ml.Pathology().Grpo(_ml.Pathology().ProcessReward(new CountingJudge(), options), grpo)
            .Fit(TinyCheckpoint.Rows("Rl", "Rl", "Rl", "Rl")).Dispose();
        long[] sampled = [.. File.ReadLines(Path.Combine(grpo.OutputFolder, "rollouts.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("step").GetInt64()).Distinct()];
        Assert.Equal([0, 2, 4], sampled);
        Assert.Equal(sampled, ReviewRecord.Read(record).Select(line => line.Step).Distinct().Order());
    }

    [Fact]
    public void ARecordIsClosedAfterTheStageSoThatAnotherGoesOnWithIt()
    {
        using TestFolder folder = new();
        ProcessRewardOptions options = new() { Panel = new ReviewPanelOptions { RecordFile = folder.PathOf("reviews.jsonl") } };
        CountingJudge first = new(), second = new();
        Fit(first, options);
        TrainingResult result = Fit(second, options);
        Assert.True(first.Calls > 0);
        Assert.Equal((0, 0.0), (second.Calls, result.Log[0]["judge/requests"]));
    }

    [Fact]
    public void AJudgeThatEndsTheRunLeavesWhatTheStepsBeforeTaught()
    {
        using TestFolder folder = new();
        GrpoOptions whole = TinyCheckpoint.GrpoOptions(steps: 2), stopped = TinyCheckpoint.GrpoOptions(steps: 9);
        whole.Scheduler = stopped.Scheduler = LearningRateScheduler.Constant;
        stopped.OutputFolder = folder.PathOf("log");
        ProcessRewardOptions options = new() { CanarySteps = 2 };
        IDataView rows = TinyCheckpoint.Rows("Rl", "Rl");
        using PathologyTransformer expected = _ml.Pathology().Grpo(_ml.Pathology().ProcessReward(new RubricJudge(), options), whole)
            .Fit(rows);

        JudgeStoppedException fault = Assert.Throws<JudgeStoppedException>(() =>
            _ml.Pathology().Grpo(_ml.Pathology().ProcessReward(new EndingJudge(), options), stopped).Fit(rows));

        Assert.Contains(
            "JudgeStopped: 2 steps", File.ReadAllText(Path.Combine(stopped.OutputFolder, "report.html")), StringComparison.Ordinal);
        string kept = Path.Combine(stopped.OutputFolder, "stopped");
        Assert.Equal($"no quota; the policy after 2 steps is kept as a checkpoint: {kept}", fault.Message);
        using Qwen25VlModel model = Qwen25VlModel.Load(kept);
        Assert.True(model.Parameters.Values.allclose(expected.Policy.Model.Parameters.Values, rtol: 0, atol: 0));
    }

    [Fact]
    public void ARewardThatFollowsTheLengthIsWarnedOfOnce()
    {
        Watch(2 * JudgeWatch.Window, step => new() { ["judge/reviews"] = 8, ["judge/length_correlation"] = step % 2 == 0 ? 0.7 : 0.4 });
        Assert.Contains("step 20: the process reward follows the length of the completions (rank correlation 0.55",
            Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void ARewardThatRisesWhileAccuracyFallsIsWarnedOfOnce()
    {
        Watch(3 * JudgeWatch.Window, Apart);
        Assert.Contains(ApartSaid, Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void ItEndsTheRunWhereCanariesWould()
    {
        using ProcessRewardTransformer strict = Fitted(new RubricJudge(), CanaryPolicy.Stop);
        Assert.Contains(ApartSaid,
            Assert.Throws<JudgeStoppedException>(() => Watch(3 * JudgeWatch.Window, Apart, strict)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutAJudgeNothingIsSaid()
    {
        Watch(3 * JudgeWatch.Window, _ => new() { ["reward"] = 1 });
        Assert.Empty(_warnings);
    }

    private const string ApartSaid =
        "step 40: the process reward rose by 0.20 while the accuracy of the sampled answers, on training rows, fell by 0.10";

    private static Dictionary<string, double> Apart(int step) => new()
    {
        ["judge/reviews"] = 8,
        ["judge/length_correlation"] = double.NaN,
        ["rewards/ProcessReward/mean"] = 0.4 + 0.01 * step,
        ["rewards/AccuracyReward/mean"] = 0.6 - 0.005 * step,
    };

    private void Watch(int lines, Func<int, Dictionary<string, double>> line, params ProcessRewardTransformer[] judges)
    {
        using MessageChannel channel = new(_ml, "Test");
        List<long> passedOn = [];
        JudgeWatch watch = new(judges, channel, new Recorder(progress => passedOn.Add(progress.Step)), default);
        for (int step = 1; step <= lines; step++) watch.Report(new TrainingProgress(step, lines, line(step), TimeSpan.Zero));
        Assert.Equal(lines, passedOn.Count);
    }

    private ProcessRewardTransformer Fitted(IProcessJudge judge, CanaryPolicy canaries = CanaryPolicy.Warn) =>
        _ml.Pathology().ProcessReward(judge, new ProcessRewardOptions { Canaries = canaries })
            .Fit(PicturedRolloutRow.View(_ml, PicturedRolloutRow.Examples));

    private static void Review(ProcessRewardTransformer judge, int count, int step) => judge.Panel.ReviewAsync(
        [.. Enumerable.Range(0, count)
            .Select(number => JudgeFixture.Request($"{JudgeFixture.Reasoning} Number {number} of step {step}."))], default).GetAwaiter()
            .GetResult();

    private TrainingResult Fit(IProcessJudge judge, ProcessRewardOptions options, long steps = 1)
    {
        GrpoEstimator estimator = _ml.Pathology().Grpo(_ml.Pathology().ProcessReward(judge, options), TinyCheckpoint.GrpoOptions(steps));
        estimator.Fit(TinyCheckpoint.Rows("Rl", "Rl")).Dispose();
        return estimator.Result!;
    }

    /// <summary>The rubric, until it is shown its first request a second time.</summary>
    private sealed class EndingJudge : IProcessJudge
    {
        private string? _first;
        private int _shown;

        public string Identity => "ending";

        public Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken)
        {
            Interlocked.CompareExchange(ref _first, request.Reasoning, null);
            return request.Reasoning == _first && Interlocked.Increment(ref _shown) > 1
                ? throw new JudgeStoppedException("no quota")
                : new RubricJudge().ReviewAsync(request, cancellationToken);
        }
    }

    private sealed class Reports(List<CanaryReport> told) : IProgress<CanaryReport>
    {
        public void Report(CanaryReport value) => told.Add(value);
    }
}
