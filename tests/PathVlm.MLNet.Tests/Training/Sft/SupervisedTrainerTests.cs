using System.Text.Json;
using PathVlm.MLNet.Tests.Training.Support;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling;
using PathVlm.Testing;
using TorchSharp;

namespace PathVlm.MLNet.Tests.Training.Sft;

public sealed class SupervisedTrainerTests
{
    [Fact]
    public void TheSameSeedGivesTheSameWeightsToTheLastBit() => Assert.Equal(Train(Options()), Train(Options()));

    [Fact]
    public void AnotherSeedGivesOtherWeights()
    {
        PathologySftOptions other = Options();
        other.Seed = 2;
        Assert.NotEqual(Train(Options()), Train(other));
    }

    [Fact]
    public void LossFallsOnRepeatedExamples()
    {
        using Qwen25VlModel model = TinyModel.Create();
        PathologySftOptions options = Options();
        options.MaxSteps = 60;
        TrainingResult result = new SupervisedTrainer(model, options).Train(TinyModel.Examples(8));
        Assert.True(result.Log[^1]["loss"] < 0.5 * result.Log[0]["loss"], $"{result.Log[0]["loss"]} -> {result.Log[^1]["loss"]}");
    }

    [Fact]
    public void FrozenVisionStaysWhileTheDecoderIsTrainedAndIsEncodedOncePerPicture()
    {
        using Qwen25VlModel model = TinyModel.Create();
        string[] keys = [.. model.CheckpointTensors.Keys.Where(key => key.StartsWith("visual.", StringComparison.Ordinal))];
        float[][] before = [.. keys.Select(key => model.CheckpointTensors[key].data<float>().ToArray())];
        float[] head = model.CheckpointTensors["lm_head.weight"].data<float>().ToArray();
        new SupervisedTrainer(model, Options()).Train(TinyModel.Examples(8));
        for (int i = 0; i < keys.Length; i++) Assert.Equal(before[i], model.CheckpointTensors[keys[i]].data<float>().ToArray());
        Assert.NotEqual(head, model.CheckpointTensors["lm_head.weight"].data<float>().ToArray());
        Assert.Equal(4, model.Counters.EncodedPictures);
    }

    [Fact]
    public void TokensOfTheStepDoNotDependOnMicroBatches()
    {
        PathologySftOptions whole = Options(), parts = Options();
        whole.LossNormalization = parts.LossNormalization = LossNormalization.TokensOfStep;
        (whole.BatchSize, whole.GradientAccumulationSteps) = (8, 1);
        (parts.BatchSize, parts.GradientAccumulationSteps) = (1, 8);
        AssertClose(Train(whole), Train(parts));
    }

    [Fact]
    public void ARowsNumbersDoNotDependOnItsNeighbours()
    {
        using Qwen25VlModel model = TinyModel.Create();
        using PictureFeatureCache features = new(model, frozen: true);
        using DisposeScope scope = torch.NewDisposeScope();
        SupervisedExample[] rows = TinyModel.Examples(5);
        float[] together = SupervisedScorer.Score(model, features, rows).LogProbabilities.data<float>().ToArray();
        float[] alone = [.. rows.SelectMany(
            row => SupervisedScorer.Score(model, features, [row]).LogProbabilities.data<float>().ToArray())];
        for (int i = 0; i < alone.Length; i++) Assert.Equal(alone[i], together[i], 1e-5f);
    }

    [Fact]
    public void TheLastStepsOfAnEpochTakeWhatIsLeft()
    {
        SupervisedBatches batches = new(7, new PathologySftOptions { BatchSize = 2, GradientAccumulationSteps = 3, Shuffle = false });
        Assert.Equal(2, batches.StepsPerEpoch);
        Assert.Equal([[0, 1], [2, 3], [4, 5]], batches.Of(0));
        Assert.Equal([[6]], batches.Of(1));
        Assert.Equal([[0, 1], [2, 3], [4, 5]], batches.Of(2));
    }

    [Fact]
    public void EpochsAreCountedInMicroBatches()
    {
        SupervisedBatches batches = new(7, new PathologySftOptions { BatchSize = 1, GradientAccumulationSteps = 3 });
        Assert.Equal([3 / 7.0, 6 / 7.0, 1, 10 / 7.0], new long[] { 1, 2, 3, 4 }.Select(batches.EpochAfter));
    }

    [Fact]
    public void AnExampleWithoutAnAnswerIsRefusedByName()
    {
        using Qwen25VlModel model = TinyModel.Create();
        SupervisedExample empty = TinyModel.Example(3) with { AnswerStart = 13 };
        empty = empty with { TokenIds = [.. empty.TokenIds.Take(13)] };
        InvalidOperationException fault =
            Assert.Throws<InvalidOperationException>(() => new SupervisedTrainer(model, Options()).Train([empty]));
        Assert.Equal("Row row 3: AnswerStart: expected 1 to 12 (tokens - 1), got 13.", fault.Message);
    }

    [Fact]
    public void EveryEpochTakesEveryExampleOnceInAnOrderOfItsOwn()
    {
        SupervisedBatches batches = new(50, new PathologySftOptions { BatchSize = 50 });
        int[] first = batches.Of(0)[0], second = batches.Of(1)[0];
        Assert.Equal(Enumerable.Range(0, 50), first.Order());
        Assert.Equal(Enumerable.Range(0, 50), second.Order());
        Assert.NotEqual(first, second);
        Assert.Equal(first, new SupervisedBatches(50, new PathologySftOptions { BatchSize = 50 }).Of(0)[0]);
    }

    [Fact]
    public void CancellingEndsWithinAStepAndSaysSo()
    {
        using Qwen25VlModel model = TinyModel.Create();
        using CancellationTokenSource source = new();
        Recorder progress = new(line => { if (line.Step == 3) source.Cancel(); });
        TrainingResult result = new SupervisedTrainer(model, Options()).Train(TinyModel.Examples(8), null, progress, source.Token);
        Assert.Equal(StopReason.Cancelled, result.Reason);
        Assert.Equal(3, result.Steps);
        Assert.False(model.Parameters.IsTraining);
    }

    [Fact]
    public void ValidationChoosesTheBestModelAndStopsEarly()
    {
        // The validation answers contradict the training answers: learning makes them worse, so the first validation is the best.
        using Qwen25VlModel model = TinyModel.Create();
        PathologySftOptions options = Options();
        (options.MaxSteps, options.ValidationSteps, options.ValidationFraction, options.EarlyStoppingPatience) = (100, 5, 0.1, 2);
        SupervisedExample[] contrary = [.. TinyModel.Examples(8).Select(row => row with
        {
            TokenIds = [.. row.TokenIds.Select((id, i) => i < row.AnswerStart ? id : (id + 20) % 50)],
        })];
        TrainingResult result = new SupervisedTrainer(model, options).Train(TinyModel.Examples(8), contrary);
        Assert.Equal(StopReason.StoppedEarly, result.Reason);
        double[] losses = [.. result.Log.Where(line => line.ContainsKey("eval_loss")).Select(line => line["eval_loss"])];
        Assert.Equal(losses.Min(), losses[(int)(result.BestStep!.Value / 5) - 1]);
        using PictureFeatureCache features = new(model, frozen: true);
        Assert.Equal(losses.Min(), SupervisedValidation.Run(model, features, contrary, 3, default)["eval_loss"], 1e-5);
    }

    [Fact]
    public void ThreeStepsThatAreNotFiniteStopTheRunAndChangeNothing()
    {
        using Qwen25VlModel model = TinyModel.Create();
        model.CheckpointTensors["model.norm.weight"].fill_(float.NaN);
        float[] before = TinyModel.WeightsOf(model);
        TrainingResult result = new SupervisedTrainer(model, Options()).Train(TinyModel.Examples(8));
        Assert.Equal((StopReason.NotFinite, 3L, 3L), (result.Reason, result.Steps, result.SkippedSteps));
        Assert.Equal(before, TinyModel.WeightsOf(model));
    }

    [Fact]
    public void AStepLeavesNoTensorBehind()
    {
        using Qwen25VlModel model = TinyModel.Create();
        List<long> live = [];
        PathologySftOptions options = Options();
        options.FreezeVision = false;
        Recorder progress = new(_ => live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount));
        new SupervisedTrainer(model, options).Train(TinyModel.Examples(8), null, progress);
        Assert.Equal(live[1], live[^1]);
    }

    [Fact]
    public void ARunLeavesNoTensorBehind()
    {
        using Qwen25VlModel model = TinyModel.Create();
        new SupervisedTrainer(model, Options()).Train(TinyModel.Examples(8), TinyModel.Examples(2));
        long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        new SupervisedTrainer(model, Options()).Train(TinyModel.Examples(8), TinyModel.Examples(2));
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void MetricsAreWrittenAsJsonLinesAndTensorBoardEvents()
    {
        using TemporaryFolder folder = new();
        using Qwen25VlModel model = TinyModel.Create();
        PathologySftOptions options = Options();
        options.OutputFolder = folder.Path;
        new SupervisedTrainer(model, options).Train(TinyModel.Examples(8));
        JsonElement[] lines = [.. File.ReadLines(folder.PathOf("metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(6, lines.Length);
        Assert.Equal(
            ["step", "loss", "grad_norm", "learning_rate", "entropy", "mean_token_accuracy", "num_tokens", "epoch"],
            lines[0].EnumerateObject().Select(property => property.Name));
        Assert.Contains(Directory.EnumerateFiles(folder.PathOf("tensorboard"), "*", SearchOption.AllDirectories),
            file => new FileInfo(file).Length > 0);
    }

    [Fact]
    public void LoggingStepsAreAveraged()
    {
        using Qwen25VlModel single = TinyModel.Create();
        using Qwen25VlModel paired = TinyModel.Create();
        PathologySftOptions options = Options();
        TrainingResult each = new SupervisedTrainer(single, options).Train(TinyModel.Examples(8));
        options.LoggingSteps = 2;
        TrainingResult pairs = new SupervisedTrainer(paired, options).Train(TinyModel.Examples(8));
        Assert.Equal(3, pairs.Log.Count);
        Assert.Equal((each.Log[0]["loss"] + each.Log[1]["loss"]) / 2, pairs.Log[0]["loss"], 6);
    }

    [Fact]
    public void BFloat16TrainsThroughAFloat32CopyOfTheWeights()
    {
        using Qwen25VlModel full = TinyModel.Create();
        using Qwen25VlModel model = full.Clone(new ModelLoadOptions { Type = torch.ScalarType.BFloat16 });
        PathologySftOptions options = Options();
        options.MaxSteps = 60;
        TrainingResult result = new SupervisedTrainer(model, options).Train(TinyModel.Examples(8));
        Assert.True(result.Log[^1]["loss"] < 0.5 * result.Log[0]["loss"], $"{result.Log[0]["loss"]} -> {result.Log[^1]["loss"]}");
    }

    private static float[] Train(PathologySftOptions options)
    {
        using Qwen25VlModel model = TinyModel.Create();
        new SupervisedTrainer(model, options).Train(TinyModel.Examples(8));
        return TinyModel.WeightsOf(model);
    }

    private static PathologySftOptions Options() => new()
    {
        MaxSteps = 6, BatchSize = 4, LearningRate = 3e-3, WarmupFraction = 0, Precision = TrainingPrecision.Float32,
    };

    private static void AssertClose(float[] expected, float[] actual)
    {
        // AdamW turns a near-zero gradient into a full step: the mean is bounded tightly, a single weight loosely.
        double mean = expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Average();
        Assert.True(mean < 1e-6, $"mean difference {mean}");
    }
}
