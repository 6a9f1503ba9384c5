using PathVlm.MLNet.Training.Logging;
using PathVlm.Modeling.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Losses;

/// <summary>
/// A micro-batch's loss metrics under TRL's names: kl, entropy, clip_ratio/* or cispo_clip_ratio. A mean is over the tokens that count, or
/// over completions where the ratio is by sequence; low_min and high_max are over the completions' own shares.
/// </summary>
internal static class LossMetrics
{
    /// <summary>Metrics of one micro-batch.</summary>
    /// <param name="loss">The loss that was computed.</param>
    /// <param name="result">What it gave.</param>
    /// <param name="inputs">What it was computed from.</param>
    /// <param name="entropies">[R, L] float32, no gradient; 0 at padding.</param>
    public static IReadOnlyDictionary<string, double> Of(PolicyLoss loss, LossResult result, LossInputs inputs, Tensor entropies)
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, double> metrics = [];
        Tensor mask = inputs.Mask;
        if (result.Kl is not null) metrics[MetricNames.Kl] = MaskedMean(result.Kl, mask);
        metrics[MetricNames.Entropy] = MaskedMean(entropies, mask);
        Tensor gains = inputs.Advantages.gt(Scalars.Of(0L)), losses = inputs.Advantages.lt(Scalars.Of(0L));
        PolicyLossSettings settings = loss.Settings;
        if (!loss.LogsClipRatios)
        {
            metrics[MetricNames.CispoClipRatio] = MaskedMean(result.Ratio.gt(Scalars.Of(settings.UpperEpsilon)) & gains, mask);
            return metrics;
        }
        Tensor low = result.Ratio.lt(Scalars.Of(1 - settings.Epsilon)) & losses;
        Tensor high = result.Ratio.gt(Scalars.Of(1 + settings.UpperEpsilon)) & gains;
        metrics[MetricNames.ClipRatioLowMean] = MaskedMean(low, mask);
        metrics[MetricNames.ClipRatioHighMean] = MaskedMean(high, mask);
        metrics[MetricNames.ClipRatioRegionMean] = MaskedMean(low | high, mask);
        metrics[MetricNames.ClipRatioLowMin] = Shares(low, mask).min().item<float>();
        metrics[MetricNames.ClipRatioHighMax] = Shares(high, mask).max().item<float>();
        return metrics;
    }

    private static double MaskedMean(Tensor values, Tensor mask)
    {
        Tensor numbers = values.to(ScalarType.Float32);
        Tensor mean = numbers.shape[1] == 1 && mask.shape[1] != 1
            ? numbers.mean()
            : (numbers * mask).sum() / mask.sum().clamp_min(Scalars.One);
        return mean.item<float>();
    }

    /// <summary>Share of each completion's tokens [R].</summary>
    private static Tensor Shares(Tensor clipped, Tensor mask)
    {
        Tensor numbers = clipped.to(ScalarType.Float32);
        return numbers.shape[1] == 1 && mask.shape[1] != 1
            ? numbers.squeeze(1)
            : (numbers * mask).sum(-1) / mask.sum(-1).clamp_min(Scalars.One);
    }
}
