using PathVlm.MLNet.Rewards.Scaling;
using PathVlm.MLNet.Training.Grpo.Losses;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>Prompts, their completions, scores and advantages: what a run learns from until the next one is sampled.</summary>
internal sealed class GenerationBatch
{
    /// <summary>Number of the generation batch in the run.</summary>
    public required long Number { get; init; }

    /// <summary>One prompt a group.</summary>
    public required IReadOnlyList<GrpoPrompt> Prompts { get; init; }

    /// <summary>B*G completions, group by group.</summary>
    public required IReadOnlyList<Rollout> Rollouts { get; init; }

    /// <summary>[B*G, rewards]; NaN = no score.</summary>
    public required float[,] Scores { get; init; }

    /// <summary>Weighted rewards, advantages, deviations.</summary>
    public required AdvantageResult Advantages { get; init; }

    /// <summary>G.</summary>
    public required int GroupSize { get; init; }

    /// <summary>Groups that were sampled more than once because their rewards were equal.</summary>
    public int ResampledGroups { get; init; }

    /// <summary>
    /// Log-probabilities of each row's tokens under the policy that sampled; null where the loss takes its own, detached.
    /// </summary>
    public float[][]? OldLogProbabilities { get; set; }

    /// <summary>Log-probabilities of each row's tokens under the reference policy; null where beta is 0.</summary>
    public float[][]? ReferenceLogProbabilities { get; set; }

    /// <summary>Whether truncated completions are left out of the loss.</summary>
    public bool MasksTruncated { get; init; }

    /// <summary>Completion tokens that the loss counts (<c>num_items_in_batch</c>).</summary>
    public long LossTokens => Enumerable.Range(0, Rollouts.Count).Where(Counts).Sum(row => (long)Rollouts[row].TokenIds.Count);

    /// <summary>Tokens of every row with its prompt, as TRL counts them.</summary>
    public long TokenCount =>
        Rollouts.Sum(rollout => (long)rollout.TokenIds.Count) + Prompts.Sum(prompt => (long)prompt.TokenIds.Count) * GroupSize;

    /// <summary>Whether the loss counts a row.</summary>
    public bool Counts(int row) => !MasksTruncated || !Rollouts[row].Truncated;

    /// <summary>The prompt of a row.</summary>
    public GrpoPrompt PromptOf(int row) => Prompts[row / GroupSize];

    /// <summary>What the loss of some rows is computed from.</summary>
    /// <param name="rows">Rows of a micro-batch.</param>
    /// <param name="padded">Their layout.</param>
    /// <param name="logProbabilities">[R, L] float32 under the policy, with gradient.</param>
    /// <returns>Tensors on the device of <paramref name="logProbabilities"/>, in the caller's dispose scope.</returns>
    public LossInputs LossInputsOf(int[] rows, PaddedRows padded, Tensor logProbabilities)
    {
        Device device = logProbabilities.device;
        float[] advantages = Array.ConvertAll(rows, row => Advantages.Advantages[row]);
        return new LossInputs(
            logProbabilities,
            OldLogProbabilities is { } old ? padded.Spread(Array.ConvertAll(rows, row => old[row]), device) : logProbabilities.detach(),
            ReferenceLogProbabilities is { } reference ? padded.Spread(Array.ConvertAll(rows, row => reference[row]), device) : null,
            tensor(advantages, [rows.Length, 1], device: device),
            padded.Mask(row => Counts(rows[row]), device));
    }
}
