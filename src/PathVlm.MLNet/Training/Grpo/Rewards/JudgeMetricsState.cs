using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Rewards;

namespace PathVlm.MLNet.Training.Grpo.Rewards;

/// <summary>What a checkpoint keeps of the judges of a run.</summary>
/// <param name="Last">The counts at the last generation batch's metrics.</param>
/// <param name="Causes">Causes of missing reviews that occurred.</param>
/// <param name="Judges">Each judge.</param>
internal sealed record JudgeMetricsState(ReviewTotals Last, IReadOnlyList<MissingCause> Causes, IReadOnlyList<JudgeState> Judges);
