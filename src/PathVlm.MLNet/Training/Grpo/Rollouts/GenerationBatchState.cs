namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>
/// A generation batch that a checkpoint keeps because steps after it still learn from it; its prompts follow from its number.
/// </summary>
/// <param name="Number">Number of the generation batch.</param>
/// <param name="Rollouts">Its completions.</param>
/// <param name="Scores">[B*G][rewards]; NaN = no score. Advantages follow from them.</param>
/// <param name="ResampledGroups">Groups sampled more than once.</param>
/// <param name="OldLogProbabilities">As in <see cref="GenerationBatch"/>.</param>
/// <param name="ReferenceLogProbabilities">As in <see cref="GenerationBatch"/>.</param>
internal sealed record GenerationBatchState(
    long Number, IReadOnlyList<RolloutState> Rollouts, float[][] Scores, int ResampledGroups, float[][]? OldLogProbabilities,
    float[][]? ReferenceLogProbabilities)
{
    /// <summary>The state of a batch.</summary>
    public static GenerationBatchState Of(GenerationBatch batch) => new(
        batch.Number,
        [.. batch.Rollouts.Select(rollout =>
            new RolloutState([.. rollout.TokenIds], rollout.Truncated, rollout.LogProbabilities?.ToArray(), rollout.Text))],
        [.. Enumerable.Range(0, batch.Scores.GetLength(0)).Select(row =>
            Enumerable.Range(0, batch.Scores.GetLength(1)).Select(reward => batch.Scores[row, reward]).ToArray())],
        batch.ResampledGroups, batch.OldLogProbabilities, batch.ReferenceLogProbabilities);

    /// <summary>The completions.</summary>
    public Rollout[] ToRollouts() => [.. Rollouts.Select(rollout =>
        new Rollout(rollout.Tokens, rollout.Truncated) { LogProbabilities = rollout.LogProbabilities, Text = rollout.Text })];

    /// <summary>The scores.</summary>
    public float[,] ToScores()
    {
        float[,] scores = new float[Scores.Length, Scores[0].Length];
        for (int row = 0; row < Scores.Length; row++)
            for (int reward = 0; reward < Scores[row].Length; reward++)
                scores[row, reward] = Scores[row][reward];
        return scores;
    }
}

/// <summary>A completion of a <see cref="GenerationBatchState"/>.</summary>
/// <param name="Tokens">Its ids.</param>
/// <param name="Truncated">Whether it was cut.</param>
/// <param name="LogProbabilities">The sampler's, where it told them.</param>
/// <param name="Text">Its text, where it was decoded.</param>
internal sealed record RolloutState(int[] Tokens, bool Truncated, float[]? LogProbabilities, string? Text);
