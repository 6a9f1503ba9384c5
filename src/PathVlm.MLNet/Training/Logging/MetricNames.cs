using System.Text.Json;

namespace PathVlm.MLNet.Training.Logging;

/// <summary>
/// Names of the metrics in log lines (<see cref="Options.TrainingProgress.Metrics"/>, metrics.jsonl, TensorBoard): TRL's where TRL has the
/// metric. A metric that does not exist for a line is NaN (null in metrics.jsonl).
/// </summary>
public static class MetricNames
{
    /// <summary>Mean loss of the line's optimizer steps.</summary>
    public const string Loss = "loss";

    /// <summary>Global norm of the last step's gradient before clipping.</summary>
    public const string GradientNorm = "grad_norm";

    /// <summary>Learning rate of the last step.</summary>
    public const string LearningRate = "learning_rate";

    /// <summary>Mean entropy, in nats, of the distributions that trained tokens were predicted from.</summary>
    public const string Entropy = "entropy";

    /// <summary>Share of trained tokens that were the most likely ones (SFT).</summary>
    public const string MeanTokenAccuracy = "mean_token_accuracy";

    /// <summary>Tokens seen since the run began.</summary>
    public const string TokenCount = "num_tokens";

    /// <summary>Passes over the rows since the run began.</summary>
    public const string Epoch = "epoch";

    /// <summary>Steps not applied because loss or gradient was not finite; absent where there was none.</summary>
    public const string SkippedSteps = "skipped_steps";

    /// <summary>Prefix of validation metrics.</summary>
    public const string ValidationPrefix = "eval_";

    /// <summary>Mean loss over the answer tokens of the validation rows.</summary>
    public const string ValidationLoss = ValidationPrefix + Loss;

    /// <summary>Share of the validation rows' answer tokens that were the most likely ones.</summary>
    public const string ValidationTokenAccuracy = ValidationPrefix + MeanTokenAccuracy;

    /// <summary>Mean KL divergence to the reference policy per token (GRPO).</summary>
    public const string Kl = "kl";

    /// <summary>Share of tokens whose importance weight CISPO cut.</summary>
    public const string CispoClipRatio = "cispo_clip_ratio";

    /// <summary>Share of tokens clipped from below.</summary>
    public const string ClipRatioLowMean = "clip_ratio/low_mean";

    /// <summary>Share of tokens clipped from above.</summary>
    public const string ClipRatioHighMean = "clip_ratio/high_mean";

    /// <summary>Share of tokens clipped on either side.</summary>
    public const string ClipRatioRegionMean = "clip_ratio/region_mean";

    /// <summary>Smallest share of a completion clipped from below.</summary>
    public const string ClipRatioLowMin = "clip_ratio/low_min";

    /// <summary>Largest share of a completion clipped from above.</summary>
    public const string ClipRatioHighMax = "clip_ratio/high_max";

    /// <summary>Mean number of tokens of the completions.</summary>
    public const string MeanLength = "completions/mean_length";

    /// <summary>Fewest tokens of a completion.</summary>
    public const string MinLength = "completions/min_length";

    /// <summary>Most tokens of a completion.</summary>
    public const string MaxLength = "completions/max_length";

    /// <summary>Share of completions cut at the length limit.</summary>
    public const string ClippedRatio = "completions/clipped_ratio";

    /// <summary>Mean number of tokens of the completions that ended by themselves.</summary>
    public const string MeanTerminatedLength = "completions/mean_terminated_length";

    /// <summary>Fewest tokens of a completion that ended by itself.</summary>
    public const string MinTerminatedLength = "completions/min_terminated_length";

    /// <summary>Most tokens of a completion that ended by itself.</summary>
    public const string MaxTerminatedLength = "completions/max_terminated_length";

    /// <summary>Mean of the weighted rewards.</summary>
    public const string Reward = "reward";

    /// <summary>Deviation of the weighted rewards.</summary>
    public const string RewardDeviation = "reward_std";

    /// <summary>Share of completions whose group has equal rewards.</summary>
    public const string ZeroDeviationShare = "frac_reward_zero_std";

    /// <summary>Groups sampled more than once because their rewards were equal; absent where there was none.</summary>
    public const string ResampledGroups = "resampled_groups";

    /// <summary>Mean difference between the sampler's and the trainer's log-probabilities.</summary>
    public const string SamplingDifferenceMean = "sampling/sampling_logp_difference/mean";

    /// <summary>Largest difference between the sampler's and the trainer's log-probabilities.</summary>
    public const string SamplingDifferenceMax = "sampling/sampling_logp_difference/max";

    /// <summary>Reviews that the judge was asked for.</summary>
    public const string JudgeReviews = "judge/reviews";

    /// <summary>Requests made to the judge.</summary>
    public const string JudgeRequests = "judge/requests";

    /// <summary>Tokens that the judge read.</summary>
    public const string JudgeInputTokens = "judge/tokens/input";

    /// <summary>Tokens that the judge wrote.</summary>
    public const string JudgeOutputTokens = "judge/tokens/output";

    /// <summary>Price of the judge's tokens, in the currency of the prices.</summary>
    public const string JudgePrice = "judge/price";

    /// <summary>Mean seconds per review that the judge was asked for.</summary>
    public const string JudgeLatency = "judge/latency/mean";

    /// <summary>Share of the reviews, blank ones left out, that were answered from memory or the record.</summary>
    public const string JudgeCacheHitRate = "judge/cache_hit_rate";

    /// <summary>Share of the judge's quotes that are not in the reasoning.</summary>
    public const string JudgeQuoteRejectedRate = "judge/quote_rejected_rate";

    /// <summary>Share of the completions without a review.</summary>
    public const string JudgeMissingRate = "judge/missing_rate";

    /// <summary>Mean completeness of the reviewed completions, 0 to 1.</summary>
    public const string JudgeCompleteness = "judge/completeness/mean";

    /// <summary>Mean soundness of the reviewed completions, 0 to 1.</summary>
    public const string JudgeSoundness = "judge/soundness/mean";

    /// <summary>Spearman's correlation of process reward and number of tokens.</summary>
    public const string JudgeLengthCorrelation = "judge/length_correlation";

    /// <summary>Highest completeness that the judge gave to a canary with empty reasoning.</summary>
    public const string JudgeCanaryMax = "judge/canary_max";

    /// <summary>Mean score of a reward: <c>rewards/AccuracyReward/mean</c>.</summary>
    /// <param name="column">Name of the reward's column.</param>
    public static string RewardMean(string column) => $"rewards/{column}/mean";

    /// <summary>Deviation of a reward's scores: <c>rewards/AccuracyReward/std</c>.</summary>
    /// <param name="column">Name of the reward's column.</param>
    public static string RewardStandardDeviation(string column) => $"rewards/{column}/std";

    /// <summary>Reviews that are missing for a cause: <c>judge/failures/timed_out</c>.</summary>
    /// <param name="cause">Name of the cause.</param>
    public static string JudgeFailures(string cause) => $"judge/failures/{JsonNamingPolicy.SnakeCaseLower.ConvertName(cause)}";
}
