using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.Experiments.Rollouts;

/// <summary>A completion and its review.</summary>
/// <param name="Line">The completion.</param>
/// <param name="Review">The review.</param>
/// <param name="Key">Its key in the record.</param>
internal sealed record ReviewedRollout(RolloutLine Line, ProcessReview Review, string Key);
