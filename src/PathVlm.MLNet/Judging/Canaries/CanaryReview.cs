using PathVlm.MLNet.Judging.Scoring;

namespace PathVlm.MLNet.Judging.Canaries;

/// <summary>One canary with the judge's review of it.</summary>
/// <param name="Name">The canary.</param>
/// <param name="IsEmpty">Whether it deserves next to nothing; else it is the good reasoning, or that one padded.</param>
/// <param name="Review">The review.</param>
/// <param name="Fault">What does not hold, or why it was not reviewed; null where it holds.</param>
public sealed record CanaryReview(string Name, bool IsEmpty, ProcessReview Review, string? Fault)
{
    /// <summary>Whether it was reviewed and does not hold: the judge pays for empty reasoning or for padding.</summary>
    public bool IsOverpaid => Fault is not null && Review.Missing is null;
}
