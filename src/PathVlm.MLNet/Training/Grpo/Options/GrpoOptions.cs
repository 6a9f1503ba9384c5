using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Rewards.Scaling;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling.Optimization;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Training.Grpo.Options;

/// <summary>
/// Options of GRPO under TRL's names. Defaults are the paper's (arXiv 2504.09258), or those of the trainers of its time: loss grpo,
/// KL beside the clipped term without ratio factor, rewards scaled by group.
/// </summary>
public sealed class GrpoOptions : PathologyTrainingOptions
{
    /// <inheritdoc/>
    /// <value>Rl.</value>
    public override string Stage { get; set; } = PathologyStages.Rl;

    /// <inheritdoc/>
    /// <value>2,000, the paper's.</value>
    public override long? MaxSteps { get; set; } = GrpoDefaults.MaxSteps;

    /// <inheritdoc/>
    /// <value>8 completions.</value>
    public override int BatchSize { get; set; } = GrpoDefaults.BatchSize;

    /// <inheritdoc/>
    /// <value>1e-6.</value>
    public override double LearningRate { get; set; } = GrpoDefaults.LearningRate;

    /// <inheritdoc/>
    /// <value><see cref="LearningRateScheduler.Linear"/>.</value>
    public override LearningRateScheduler Scheduler { get; set; } = LearningRateScheduler.Linear;

    /// <inheritdoc/>
    /// <value>0.</value>
    public override double WarmupFraction { get; set; }

    /// <summary>G, completions sampled for each prompt (<c>num_generations</c>).</summary>
    /// <value>4, the paper's.</value>
    [OptionBounds(AtLeast = 2)]
    public int GroupSize { get; set; } = GrpoDefaults.GroupSize;

    /// <summary>Temperature of sampling and of the loss's log-probabilities.</summary>
    /// <value>1.</value>
    [OptionBounds(Above = 0)]
    public double Temperature { get; set; } = GrpoDefaults.Temperature;

    /// <summary>
    /// Whether picture, video, role and out-of-tokenizer ids are left out of sampling and of the loss's distribution alike.
    /// </summary>
    /// <value>true; off only to reproduce the reference.</value>
    public bool SuppressControlTokens { get; set; } = true;

    /// <summary>Weight of the KL divergence to the reference policy; 0: none, and no reference is kept.</summary>
    /// <value>0.04.</value>
    [OptionBounds(AtLeast = 0)]
    public double Beta { get; set; } = GrpoDefaults.Beta;

    /// <summary>Whether the KL term is multiplied by the importance ratio (TRL's newer default, not the paper's).</summary>
    /// <value>false.</value>
    public bool UseBiasCorrectionKl { get; set; }

    /// <summary>Lower clip range of the ratio.</summary>
    /// <value>0.2.</value>
    [OptionBounds(AtLeast = 0)]
    public double Epsilon { get; set; } = GrpoDefaults.Epsilon;

    /// <summary>Upper clip range; null: <see cref="Epsilon"/>. For CISPO the largest ratio itself.</summary>
    /// <value>null.</value>
    [OptionBounds(AtLeast = 0)]
    public double? EpsilonHigh { get; set; }

    /// <summary>
    /// Upper bound of the unclipped ratio (two-sided clipping); it should lie above 1 + the upper clip range. null: none. CISPO ignores it.
    /// </summary>
    /// <value>null.</value>
    [OptionBounds(Above = 0)]
    public double? Delta { get; set; }

    /// <summary>Times that a generation batch is gone through.</summary>
    /// <value>1.</value>
    [OptionBounds(AtLeast = 1)]
    public int NumIterations { get; set; } = 1;

    /// <summary>
    /// Micro-batches that a generation batch is split into; null: <see cref="PathologyTrainingOptions.GradientAccumulationSteps"/>.
    /// </summary>
    /// <value>null.</value>
    [OptionBounds(AtLeast = 1)]
    public int? StepsPerGeneration { get; set; }

    /// <summary>The loss.</summary>
    /// <value><see cref="PolicyLossType.Grpo"/>.</value>
    public PolicyLossType LossType { get; set; }

    /// <summary>Ratio by token or by sequence.</summary>
    /// <value><see cref="ImportanceSampling.Token"/>.</value>
    public ImportanceSampling ImportanceSamplingLevel { get; set; }

    /// <summary>What advantages are divided by.</summary>
    /// <value><see cref="RewardScaling.Group"/>.</value>
    public RewardScaling ScaleRewards { get; set; }

    /// <summary>How several rewards become one advantage.</summary>
    /// <value><see cref="RewardAggregation.SumThenNormalize"/>.</value>
    public RewardAggregation MultiObjectiveAggregation { get; set; }

    /// <summary>
    /// Whether completions that were cut at the length limit are left out of the loss and its tokens (not of advantages).
    /// </summary>
    /// <value>false.</value>
    public bool MaskTruncatedCompletions { get; set; }

    /// <summary>
    /// Reward columns that count, in this order; null: all columns of type vector of <see cref="float"/> that the rewards add and whose
    /// name ends with Reward, in the order in which they are added.
    /// </summary>
    /// <value>null.</value>
    public IReadOnlyList<string>? RewardColumns { get; set; }

    /// <summary>Weights of the rewards in the order of their columns; null: 1 each.</summary>
    /// <value>null.</value>
    public IReadOnlyList<double>? RewardWeights { get; set; }

    /// <summary>What stands in for a score that a reward did not give.</summary>
    /// <value><see cref="MissingRewardPolicy.GroupMean"/>; TRL's is <see cref="MissingRewardPolicy.NanSum"/>.</value>
    public MissingRewardPolicy MissingReward { get; set; }

    /// <summary>Times that a group whose rewards are all equal is sampled anew before it is taken as it is; 0: never.</summary>
    /// <value>0.</value>
    [OptionBounds(AtLeast = 0, AtMost = 100)]
    public int MaxResamplings { get; set; }

    /// <summary>
    /// Whether the reference policy follows the policy (TR-DPO, arXiv 2404.09656). Ignored where <see cref="Beta"/> is 0.
    /// </summary>
    /// <value>false.</value>
    public bool SyncReferenceModel { get; set; }

    /// <summary>Share of the policy in the reference at each sync.</summary>
    /// <value>0.6.</value>
    [OptionBounds(AtLeast = 0, AtMost = 1)]
    public double ReferenceMixupAlpha { get; set; } = GrpoDefaults.ReferenceMixupAlpha;

    /// <summary>Optimizer steps between two syncs.</summary>
    /// <value>512.</value>
    [OptionBounds(AtLeast = 1)]
    public int ReferenceSyncSteps { get; set; } = GrpoDefaults.ReferenceSyncSteps;

    /// <summary>Micro-batches of a generation batch.</summary>
    internal int MicroBatchesPerGeneration => StepsPerGeneration ?? GradientAccumulationSteps;

    /// <summary>Completions of a generation batch.</summary>
    internal int GenerationBatchSize => BatchSize * MicroBatchesPerGeneration;

    /// <summary>Whether every micro-batch of a generation batch is computed with the weights that sampled it.</summary>
    internal bool IsOnPolicy => GradientAccumulationSteps % (MicroBatchesPerGeneration * NumIterations) == 0;

    /// <summary>Checks the options that depend on the rewards.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no rewards, or not one weight for each.</exception>
    internal void ValidateRewards(IReadOnlyList<string> names)
    {
        if (names.Count == 0) throw new ArgumentOutOfRangeException(nameof(names), "Rewards: expected one reward or more, got 0");
        if (RewardWeights is not null && RewardWeights.Count != names.Count)
            throw new ArgumentOutOfRangeException(
                nameof(names), $"{nameof(RewardWeights)}: expected one per reward ({string.Join(", ", names)}), got {RewardWeights.Count}");
    }

    /// <summary>A copy; template and decoding settings, which cannot be changed, are shared with it.</summary>
    public GrpoOptions Copy()
    {
        GrpoOptions copy = (GrpoOptions)CopyOfThis();
        copy.RewardColumns = RewardColumns?.ToArray();
        copy.RewardWeights = RewardWeights?.ToArray();
        return copy;
    }

    /// <summary>A checked copy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; the message names all that are.</exception>
    internal GrpoOptions ValidatedCopy() => OptionRules.Validated(Copy());

    private protected override void AddFaults(OptionFaults faults)
    {
        if (GroupSize >= 2 && BatchSize >= 1 && MicroBatchesPerGeneration >= 1)
            faults.Require(
                GenerationBatchSize % GroupSize == 0, nameof(BatchSize), BatchSize,
                $"a number that times {MicroBatchesPerGeneration} micro-batches per generation is divisible by"
                + $" {nameof(GroupSize)} ({GroupSize})");
        faults.Require(RewardWeights is null || RewardWeights.All(double.IsFinite), nameof(RewardWeights), RewardWeights, "finite numbers");
    }
}
