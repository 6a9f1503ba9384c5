using PathVlm.MLNet.Rewards.Scaling;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling.Optimization;

namespace PathVlm.MLNet.Tests.Training.Options;

public sealed class TrainingOptionsTests
{
    [Fact]
    public void SftDefaultsAreThePapersOrItsTimes()
    {
        PathologySftOptions options = new();
        options.Validate();
        Assert.Equal(("Sft", 18_000L, 2e-5, LearningRateScheduler.Cosine, 0.03),
            (options.Stage, options.MaxSteps, options.LearningRate, options.Scheduler, options.WarmupFraction));
        Assert.Equal((0.9, 0.999, 1e-8, 0.0, 1.0),
            (options.AdamBeta1, options.AdamBeta2, options.AdamEpsilon, options.WeightDecay, options.MaxGradientNorm));
        Assert.Equal((8, 1, true, 1024, 1024),
            (options.BatchSize, options.GradientAccumulationSteps, options.FreezeVision, options.MaxPromptLength,
            options.MaxCompletionLength));
        Assert.Equal((null, null, LossNormalization.MeanOfMicroBatchMeans),
            (options.MinPixels, options.MaxPixels, options.LossNormalization));
        Assert.Equal((0.0, 100, ValidationMetric.Loss, null),
            (options.ValidationFraction, options.ValidationSteps, options.BestModelMetric, options.EarlyStoppingPatience));
    }

    [Fact]
    public void GrpoDefaultsAreThePapersOrItsTimes()
    {
        GrpoOptions options = new();
        options.Validate();
        Assert.Equal(("Rl", 2_000L, 1e-6, 4, 8),
            (options.Stage, options.MaxSteps, options.LearningRate, options.GroupSize, options.BatchSize));
        Assert.Equal((0.04, false, 0.2, null, null),
            (options.Beta, options.UseBiasCorrectionKl, options.Epsilon, options.EpsilonHigh, options.Delta));
        Assert.Equal((PolicyLossType.Grpo, RewardScaling.Group, RewardAggregation.SumThenNormalize),
            (options.LossType, options.ScaleRewards, options.MultiObjectiveAggregation));
        Assert.Equal((MissingRewardPolicy.GroupMean, 0, false, 1.0, true), (
            options.MissingReward, options.MaxResamplings, options.SyncReferenceModel, options.Temperature, options.SuppressControlTokens));
    }

    [Fact]
    public void AllFaultsOfGrpoOptionsAreToldAtOnce()
    {
        GrpoOptions options = new()
        {
            GroupSize = -3, Temperature = 0, Beta = -1, LossType = (PolicyLossType)9, MaxSteps = null, AdamBeta1 = 1, WarmupFraction = 2,
            EpsilonHigh = double.NaN, RewardWeights = [1, double.PositiveInfinity], MinPixels = 700_000, MaxPixels = 602_112,
        };
        ArgumentOutOfRangeException fault = Assert.Throws<ArgumentOutOfRangeException>(options.Validate);
        foreach (string part in new[]
        {
            "GroupSize: expected 2 or more, got -3", "Temperature: expected a number above 0, got 0", "Beta: expected 0 or more, got -1",
            "LossType: expected Grpo, Bnpo, DrGrpo, Dapo, Cispo, got 9", "MaxSteps: expected a number where Epochs is null, got null",
            "AdamBeta1: expected 0 or more, below 1, got 1", "WarmupFraction: expected 0 to 1, got 2",
            "EpsilonHigh: expected 0 or more, got NaN",
            "RewardWeights: expected finite numbers, got [1, Infinity]", "MinPixels: expected MaxPixels (602112) or less, got 700000",
        })
            Assert.Contains(part, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ABatchThatTheGroupDoesNotDivideIsRefused()
    {
        GrpoOptions options = new() { GroupSize = 4, BatchSize = 6, GradientAccumulationSteps = 1 };
        ArgumentOutOfRangeException fault = Assert.Throws<ArgumentOutOfRangeException>(options.Validate);
        Assert.Contains(
            "BatchSize: expected a number that times 1 micro-batches per generation is divisible by GroupSize (4), got 6", fault.Message,
            StringComparison.Ordinal);
        options.GradientAccumulationSteps = 2;
        options.Validate();
    }

    [Fact]
    public void WeightsAreOneAReward()
    {
        GrpoOptions options = new() { RewardWeights = [1, 2, 3] };
        ArgumentOutOfRangeException fault =
            Assert.Throws<ArgumentOutOfRangeException>(() => options.ValidateRewards(["format", "accuracy"]));
        Assert.Contains("RewardWeights: expected one per reward (format, accuracy), got 3", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EarlyStoppingNeedsValidationRows()
    {
        PathologySftOptions options = new() { EarlyStoppingPatience = 3 };
        ArgumentOutOfRangeException fault = Assert.Throws<ArgumentOutOfRangeException>(options.Validate);
        Assert.Contains("EarlyStoppingPatience: expected null where ValidationFraction is 0, got 3", fault.Message,
            StringComparison.Ordinal);
    }
}
