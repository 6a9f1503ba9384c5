using PathVlm.Modeling.Tests.Support;
using PathVlm.Modeling.Training;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Training;

public sealed class NextTokenTrainerTests
{
    private static readonly NextTokenOptions Options = new() { Steps = 20, LearningRate = 0.01, WarmupSteps = 2 };

    [Fact]
    public void StepsLowerTheLossOfWhatIsTaughtAndLeaveTheModelFrozen()
    {
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        NextTokenExample[] batch = [Example(1), Example(2)];
        List<double> losses = [];
        using (NextTokenTrainer trainer = new(model, Options))
        {
            for (int step = 0; step < Options.Steps; step++)
                losses.Add(trainer.Step(batch).Loss);
            Assert.Equal(Options.Steps, trainer.StepCount);
        }

        Assert.True(losses[^1] < losses[0] / 2, string.Join(", ", losses));
        Assert.False(model.Parameters.IsTraining);
    }

    [Fact]
    public void TokensOfWeightZeroDoNotCountInTheLoss()
    {
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        using NextTokenTrainer trainer = new(model, Options with { LearningRate = 1e-12 });
        double both = trainer.Step([Example(1)]).Loss, first = trainer.Step([Example(1, 1, 0)]).Loss,
            second = trainer.Step([Example(1, 0, 1)]).Loss;
        Assert.Equal(both, (first + second) / 2, 1e-4);
        Assert.NotEqual(first, second, 1e-3);
    }

    [Fact]
    public void WhatCannotBeTrainedOnIsRefusedByPlace()
    {
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        using NextTokenTrainer trainer = new(model, Options);
        Assert.Contains("expected one example or more, got none", Refusal([]), StringComparison.Ordinal);
        Assert.Contains("batch[1]: expected a prompt and an answer of one token or more each, got 4 and 0",
            Refusal([Example(1), Example(1) with { PromptLength = 4 }]), StringComparison.Ordinal);
        Assert.Contains("batch[0].Weights: expected 2, got 1", Refusal([Example(1) with { Weights = [1] }]), StringComparison.Ordinal);

        string Refusal(NextTokenExample[] batch) => Assert.Throws<ArgumentException>(() => trainer.Step(batch)).Message;
    }

    [Fact]
    public void AllWrongSettingsAreReportedAtOnce()
    {
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration(), ScalarType.Float32);
        NextTokenOptions wrong = new() { Steps = 0, LearningRate = double.NaN, Beta2 = 1, MaxGradientNorm = 0 };
        Assert.Contains(
            "Steps: expected 1 or more, got 0; LearningRate: expected a number above 0, got NaN; "
            + "Beta2: expected 0 or more, below 1, got 1; MaxGradientNorm: expected a number above 0, got 0",
            Assert.Throws<ArgumentOutOfRangeException>(() => new NextTokenTrainer(model, wrong)).Message, StringComparison.Ordinal);
    }

    private static NextTokenExample Example(int first, float one = 1, float two = 1) => new([first, 5, 7, 9], 2, null, [one, two]);
}
