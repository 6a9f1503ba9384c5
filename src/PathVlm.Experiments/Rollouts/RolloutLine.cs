using PathVlm.MLNet.Data.Rows;

namespace PathVlm.Experiments.Rollouts;

/// <summary>One completion of a rollout file with the row it answers.</summary>
/// <param name="Number">The line, from 1.</param>
/// <param name="Step">Optimizer steps done when it was sampled.</param>
/// <param name="Generation">The generation batch it belongs to.</param>
/// <param name="Sample">Its place in its group, from 0.</param>
/// <param name="Text">The completion.</param>
/// <param name="Question">The row: id, picture, question, options, answer.</param>
internal sealed record RolloutLine(int Number, long Step, long Generation, int Sample, string Text, PathologyQuestion Question);
