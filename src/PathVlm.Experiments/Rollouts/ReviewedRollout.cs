using PathVlm.MLNet.Judging.Scoring;

namespace PathVlm.Experiments.Rollouts;

/// <summary>A completion and its review.</summary>
/// <param name="Line">The completion.</param>
/// <param name="Review">The review.</param>
internal sealed record ReviewedRollout(RolloutLine Line, ProcessReview Review);
