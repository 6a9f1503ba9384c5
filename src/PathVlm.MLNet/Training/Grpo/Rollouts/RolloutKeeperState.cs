namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>What a checkpoint holds of a <see cref="RolloutKeeper"/>.</summary>
/// <param name="Distance">Generation batches from one kept to the next.</param>
/// <param name="Kept">The kept ones.</param>
/// <param name="Last">The last one.</param>
internal sealed record RolloutKeeperState(long Distance, IReadOnlyList<KeptRollouts> Kept, KeptRollouts Last);

/// <summary>Completions of a generation batch.</summary>
/// <param name="Number">The batch.</param>
/// <param name="Step">Optimizer steps done when it was sampled.</param>
/// <param name="Rollouts">The completions.</param>
internal sealed record KeptRollouts(long Number, long Step, IReadOnlyList<KeptRollout> Rollouts);

/// <summary>A completion; row and picture follow from its id.</summary>
/// <param name="Id">Names the row.</param>
/// <param name="Text">The completion.</param>
/// <param name="Tokens">Its tokens.</param>
/// <param name="Truncated">Whether it was cut.</param>
/// <param name="Scores">Its rewards.</param>
/// <param name="Reward">Their weighted sum.</param>
/// <param name="Advantage">Its advantage.</param>
internal sealed record KeptRollout(
    string Id, string? Text, int Tokens, bool Truncated, IReadOnlyList<double> Scores, double Reward, double Advantage);
