using PathVlm.Modeling.Language;
using PathVlm.Modeling.Tests.Support;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Tests.Language;

/// <summary>The chunked head against log_softmax over all logits.</summary>
public sealed class TokenLogProbabilitiesTests
{
    public static TheoryData<double, bool, int> Settings =>
        new() { { 1, false, 128 }, { 0.7, false, 4 }, { 1.3, true, 5 }, { 1, true, 1 } };

    [Theory]
    [MemberData(nameof(Settings))]
    public void ScoresAndGradientsEqualThoseOfWholeLogits(double temperature, bool suppressed, int chunk)
    {
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration());
        model.Parameters.Train();
        var random = new Random(2);
        Tensor hidden = SmallModels.Noise(random, [11, 32], 3, ScalarType.Float64).to(model.Device).requires_grad_();
        Tensor targets = tensor(SmallModels.Ids(random, 11).Select(id => (long)id).ToArray(), device: model.Device);
        Tensor upstream = SmallModels.Noise(random, [11], 1, ScalarType.Float64).to(model.Device);
        Tensor? ids = suppressed ? tensor(new long[] { 50, 51, 59 }, device: model.Device) : null;
        TokenScores scores = model.TokenLogProbabilities(hidden, targets, new TokenScoreOptions
        {
            Temperature = temperature, SuppressedIds = ids, Entropy = true, Accuracy = true, ChunkRows = chunk,
        });
        scores.LogProbabilities.mul(upstream).sum().backward();
        (Tensor ofHidden, Tensor ofWeight) = (hidden.grad!.clone(), model.Parameters.PublishedGradients["lm_head.weight"].clone());
        hidden.grad!.zero_();
        model.Parameters.ZeroGradients();

        Tensor logits = model.Logits(hidden).div(temperature);
        if (ids is not null) logits = logits.index_fill(1, ids, double.NegativeInfinity);
        Tensor expected = logits.log_softmax(1);
        Tensor chosen = expected.gather(1, targets.unsqueeze(1)).squeeze(1);
        chosen.mul(upstream).sum().backward();
        Close.Assert(chosen, scores.LogProbabilities, 1e-12, "log-probabilities");
        Close.Assert(hidden.grad!, ofHidden, 1e-12, "gradient of hidden");
        Close.Assert(model.Parameters.PublishedGradients["lm_head.weight"], ofWeight, 1e-12, "gradient of the head");
        Tensor entropy = expected.exp().mul(expected.masked_fill(expected.isneginf(), 0)).sum(1).neg();
        Close.Assert(entropy, scores.Entropies!, 1e-12, "entropies");
        Assert.Equal(expected.argmax(1).eq(targets).cpu().data<bool>().ToArray(), scores.Correct!.cpu().data<bool>().ToArray());
    }

    [Fact]
    public void NeedlessLogProbabilitiesGiveNoGradientsUnderNoGrad()
    {
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration());
        model.Parameters.Train();
        using IDisposable none = no_grad();
        TokenScores scores =
            model.TokenLogProbabilities(zeros(3, 32, ScalarType.Float64, model.Device), zeros(3, ScalarType.Int64, model.Device));
        Assert.False(scores.LogProbabilities.requires_grad);
        Assert.Equal(0, model.Parameters.Gradients.abs().max().ToDouble());
    }

    [Fact]
    public void WrongShapesAreNamed()
    {
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel model = SmallModels.Create(SmallModels.Configuration());
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => model.TokenLogProbabilities(zeros(3, 31, ScalarType.Float64), zeros(3, ScalarType.Int64)));
        Assert.Contains("expected [n, 32], got [3, 31]", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(
            () => model.TokenLogProbabilities(zeros(3, 32, ScalarType.Float64), zeros(2, ScalarType.Int64)));
        Assert.Contains("expected int64 [3]", error.Message, StringComparison.Ordinal);
    }
}
