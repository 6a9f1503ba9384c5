namespace PathVlm.MLNet.Inference.Rollouts;

/// <summary>Completions sampled of one row.</summary>
/// <param name="Position">The row's place in its view.</param>
/// <param name="Texts">The completions [G], without control tokens.</param>
/// <param name="TokenCounts">Their tokens [G], end tokens included.</param>
internal sealed record RolloutGroup(long Position, IReadOnlyList<string> Texts, IReadOnlyList<int> TokenCounts);
