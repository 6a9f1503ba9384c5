using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Judging.Canaries;

/// <summary>One canary.</summary>
/// <param name="Name">Its kind.</param>
/// <param name="IsEmpty">Whether it deserves next to nothing.</param>
/// <param name="Request">What the judge is shown.</param>
internal sealed record JudgeCanary(string Name, bool IsEmpty, ProcessReviewRequest Request);
