using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Losses;

/// <summary>
/// A policy gradient loss: a term for each token, beta times its KL, and a divisor. The micro-batch losses of an optimizer step are
/// summed, so every divisor holds the step's share; dividing never depends on how the rows were packed.
/// </summary>
internal abstract class PolicyLoss
{
    private protected PolicyLoss(PolicyLossSettings settings) => Settings = settings;

    /// <summary>Clipping, KL and ratio settings.</summary>
    public PolicyLossSettings Settings { get; }

    /// <summary>Whether the clipped probability ratios are logged (<c>clip_ratio/*</c>), or CISPO's own ratio.</summary>
    public virtual bool LogsClipRatios => true;

    /// <summary>The loss of a type, chosen once, before the first rollout.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The type is not one of the enum's.</exception>
    public static PolicyLoss Create(PolicyLossType type, PolicyLossSettings settings) => type switch
    {
        PolicyLossType.Grpo => new GrpoLoss(settings),
        PolicyLossType.Bnpo => new BnpoLoss(settings),
        PolicyLossType.DrGrpo => new DrGrpoLoss(settings),
        PolicyLossType.Dapo => new DapoLoss(settings),
        PolicyLossType.Cispo => new CispoLoss(settings),
        _ => throw new ArgumentOutOfRangeException(nameof(type), $"LossType: expected Grpo, Bnpo, DrGrpo, Dapo or Cispo, got {type}"),
    };

    /// <summary>Loss of one micro-batch.</summary>
    /// <param name="inputs">Its completions' log-probabilities, advantages and mask.</param>
    /// <param name="window">The optimizer step's numbers.</param>
    public LossResult Compute(LossInputs inputs, LossWindow window)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(window);
        Tensor ratio = ImportanceRatio.Of(inputs.LogProbabilities, inputs.OldLogProbabilities, inputs.Mask, Settings.ImportanceSampling);
        Tensor? kl = inputs.ReferenceLogProbabilities is null
            ? null
            : KlDivergence.Of(inputs.LogProbabilities, inputs.ReferenceLogProbabilities);
        if (kl is not null && Settings.UseBiasCorrectionKl) kl = kl * ratio;
        (Tensor perToken, Tensor usedRatio) = PerToken(inputs, ratio);
        if (kl is not null) perToken = perToken.add(kl, Scalars.Of(Settings.Beta));
        return new LossResult(Reduce(perToken, inputs.Mask, window), usedRatio.detach(), kl?.detach());
    }

    /// <summary>The policy term of each token, and the ratio it used.</summary>
    private protected virtual (Tensor PerToken, Tensor Ratio) PerToken(LossInputs inputs, Tensor ratio) =>
        ClippedSurrogate.Of(ratio, inputs.Advantages, Settings.Epsilon, Settings.UpperEpsilon, Settings.Delta);

    /// <summary>Sum of the tokens that count over this loss's divisor.</summary>
    private protected abstract Tensor Reduce(Tensor perToken, Tensor mask, LossWindow window);
}
