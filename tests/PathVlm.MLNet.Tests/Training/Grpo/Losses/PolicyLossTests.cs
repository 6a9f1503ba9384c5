using PathVlm.MLNet.Training.Grpo.Losses;
using PathVlm.MLNet.Training.Grpo.Options;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Tests.Training.Grpo.Losses;

/// <summary>Two completions of 2 tokens and 1 token; the padding holds a ratio and an advantage that must not count.</summary>
public sealed class PolicyLossTests : IDisposable
{
    private static readonly float[,] Mask = { { 1, 1 }, { 1, 0 } };
    private static readonly LossWindow Window = new(MicroBatches: 2, StepsPerGeneration: 4, GenerationTokens: 10, MaxCompletionLength: 5);
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    // Ratios 1.5 1.0 | 0.5, advantages 2 | -1, epsilon 0.2:
    // tokens -min(3, 2.4) = -2.4, -min(2, 2) = -2 | -min(-0.5, -0.8) = 0.8.
    [Fact]
    public void GrpoIsTheMeanOverCompletionsOfTheirMeans() => Assert.Equal((-2.2 + 0.8) / 2 / 2, LossOf(PolicyLossType.Grpo), 5);

    [Fact]
    public void BnpoIsTheMeanOverTheMicroBatchsTokens() => Assert.Equal((-4.4 + 0.8) / 3 / 2, LossOf(PolicyLossType.Bnpo), 5);

    [Fact]
    public void DrGrpoDividesByCompletionsTimesMostTokens() => Assert.Equal((-4.4 + 0.8) / (2 * 5) / 2, LossOf(PolicyLossType.DrGrpo), 5);

    [Fact]
    public void DapoDividesByTheStepsShareOfTheGenerationsTokens() =>
        Assert.Equal((-4.4 + 0.8) / (10 * 2 / 4.0), LossOf(PolicyLossType.Dapo), 5);

    [Fact]
    public void CispoWeighsTheLogProbabilityByTheCutRatio()
    {
        // epsilon_high 1.2 is the cut: weights 1.2, 1 | 0.5; logp = old + ln ratio, old = -1.
        double expected = -(1.2 * 2 * (-1 + Math.Log(1.5)) + 2 * -1 + 0.5 * -1 * (-1 + Math.Log(0.5))) / (10 * 2 / 4.0);
        Assert.Equal(expected, LossOf(PolicyLossType.Cispo, new PolicyLossSettings { EpsilonHigh = 1.2 }), 5);
    }

    [Fact]
    public void DeltaBoundsWhatANegativeAdvantageWeighs()
    {
        // Ratio 3 with advantage -1: -min(-3, -1.2) = 3 without delta, 2 with delta 2.
        LossInputs inputs = InputsOf(new float[,] { { 3f } }, [-1], new float[,] { { 1 } });
        LossWindow window = new(1, 1, 1, 1);
        Assert.Equal(3, PolicyLoss.Create(PolicyLossType.Bnpo, new()).Compute(inputs, window).Loss.item<float>(), 5);
        Assert.Equal(2, PolicyLoss.Create(PolicyLossType.Bnpo, new() { Delta = 2 }).Compute(inputs, window).Loss.item<float>(), 5);
    }

    [Fact]
    public void TheSequenceRatioIsTheGeometricMeanOfTheTokensRatios()
    {
        LossInputs inputs = InputsOf(new float[,] { { 2f, 0.125f }, { 3f, 7f } }, [1, 1], Mask);
        Tensor ratio = ImportanceRatio.Of(inputs.LogProbabilities, inputs.OldLogProbabilities, inputs.Mask, ImportanceSampling.Sequence);
        Assert.Equal([2, 1], ratio.shape);
        Assert.Equal(0.5f, ratio[0, 0].item<float>(), 5);
        Assert.Equal(3f, ratio[1, 0].item<float>(), 4);
    }

    [Fact]
    public void KlIsTheUnclampedThirdEstimate()
    {
        using Tensor policy = tensor(new[,] { { -1f, -2f } });
        using Tensor reference = tensor(new[,] { { -1.5f, -2f } });
        Tensor kl = KlDivergence.Of(policy, reference);
        Assert.Equal(Math.Exp(-0.5) + 0.5 - 1, kl[0, 0].item<float>(), 6);
        Assert.Equal(0f, kl[0, 1].item<float>());
    }

    [Fact]
    public void KlIsAddedTimesBetaAndOnlyWithTheCorrectionTimesTheRatio()
    {
        LossInputs inputs = InputsOf(new float[,] { { 1.1f } }, [0], new float[,] { { 1 } });
        inputs = inputs with { ReferenceLogProbabilities = inputs.OldLogProbabilities };
        double kl = 1 / 1.1 + Math.Log(1.1) - 1;
        LossWindow window = new(1, 1, 1, 1);
        PolicyLossSettings settings = new() { Beta = 0.5 };
        Assert.Equal(0.5 * kl, PolicyLoss.Create(PolicyLossType.Grpo, settings).Compute(inputs, window).Loss.item<float>(), 6);
        settings = settings with { UseBiasCorrectionKl = true };
        Assert.Equal(0.55 * kl, PolicyLoss.Create(PolicyLossType.Grpo, settings).Compute(inputs, window).Loss.item<float>(), 6);
    }

    [Theory]
    [InlineData(PolicyLossType.Grpo)]
    [InlineData(PolicyLossType.DrGrpo)]
    [InlineData(PolicyLossType.Dapo)]
    [InlineData(PolicyLossType.Cispo)]
    public void MicroBatchesOfOneCompletionSumToTheWholeStepsLoss(PolicyLossType type)
    {
        PolicyLoss loss = PolicyLoss.Create(type, new());
        float[,] ratios = { { 1.5f, 1f }, { 0.5f, 9f } };
        double whole = loss.Compute(InputsOf(ratios, [2, -1], Mask), new(1, 1, 3, 5)).Loss.item<float>();
        double parts = loss.Compute(InputsOf(new[,] { { 1.5f, 1f } }, [2], new float[,] { { 1, 1 } }), new(2, 2, 3, 5)).Loss.item<float>()
            + loss.Compute(InputsOf(new[,] { { 0.5f } }, [-1], new float[,] { { 1 } }), new(2, 2, 3, 5)).Loss.item<float>();
        Assert.Equal(whole, parts, 5);
    }

    [Fact]
    public void ClipRatiosCountWhereClippingBites()
    {
        LossInputs inputs = InputsOf(new float[,] { { 1.5f, 1f }, { 0.5f, 0.1f } }, [2, -1], Mask);
        PolicyLoss loss = PolicyLoss.Create(PolicyLossType.Grpo, new());
        IReadOnlyDictionary<string, double> metrics = LossMetrics.Of(loss, loss.Compute(inputs, Window), inputs, ones(2, 2));
        Assert.Equal(1 / 3.0, metrics["clip_ratio/low_mean"], 6);
        Assert.Equal(1 / 3.0, metrics["clip_ratio/high_mean"], 6);
        Assert.Equal(2 / 3.0, metrics["clip_ratio/region_mean"], 6);
        Assert.Equal(1, metrics["entropy"], 6);
        Assert.DoesNotContain("kl", metrics.Keys);
    }

    [Fact]
    public void AMaskedCompletionCountsNowhereButInGrposMean()
    {
        float[,] masked = { { 1, 1 }, { 0, 0 } };
        LossInputs inputs = InputsOf(new float[,] { { 1.5f, 1f }, { 0.5f, 9f } }, [2, -1], masked);
        Assert.Equal(-2.2 / 2 / 2, PolicyLoss.Create(PolicyLossType.Grpo, new()).Compute(inputs, Window).Loss.item<float>(), 5);
        Assert.Equal(-4.4 / 2 / 2, PolicyLoss.Create(PolicyLossType.Bnpo, new()).Compute(inputs, Window).Loss.item<float>(), 5);
    }

    private static double LossOf(PolicyLossType type, PolicyLossSettings? settings = null) =>
        PolicyLoss.Create(type, settings ?? new()).Compute(InputsOf(new[,] { { 1.5f, 1f }, { 0.5f, 9f } }, [2, -1], Mask), Window)
            .Loss.item<float>();

    private static LossInputs InputsOf(float[,] ratios, float[] advantages, float[,] mask)
    {
        Tensor old = full_like(tensor(ratios), -1f);
        Tensor policy = (old + tensor(ratios).log()).requires_grad_();
        return new LossInputs(policy, old, null, tensor(advantages).unsqueeze(1), tensor(mask));
    }
}
