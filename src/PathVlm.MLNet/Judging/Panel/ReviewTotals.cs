using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Judging.Panel;

/// <summary>The counts of a <see cref="ReviewStatistics"/> at one moment; what a stretch of work added is the difference of two.</summary>
internal sealed record ReviewTotals(
    int Asked, int CacheHits, int Requests, long InputTokens, long OutputTokens, decimal Price, int Quotes, int QuotesRejected, TimeSpan JudgeTime,
    IReadOnlyDictionary<MissingCause, int> Missing)
{
    /// <summary>The totals of several panels.</summary>
    public static ReviewTotals Of(IEnumerable<ReviewStatistics> panels) => panels.Select(panel => panel.Totals())
        .Aggregate(new ReviewTotals(0, 0, 0, 0, 0, 0, 0, 0, TimeSpan.Zero, new Dictionary<MissingCause, int>()), (sum, panel) => sum.Plus(panel, 1));

    /// <summary>What was added since <paramref name="earlier"/>.</summary>
    public ReviewTotals Since(ReviewTotals earlier) => Plus(earlier, -1);

    private ReviewTotals Plus(ReviewTotals other, int sign) => new(
        Asked + sign * other.Asked, CacheHits + sign * other.CacheHits, Requests + sign * other.Requests, InputTokens + sign * other.InputTokens,
        OutputTokens + sign * other.OutputTokens, Price + sign * other.Price, Quotes + sign * other.Quotes, QuotesRejected + sign * other.QuotesRejected,
        JudgeTime + sign * other.JudgeTime,
        Missing.Keys.Union(other.Missing.Keys).ToDictionary(cause => cause, cause => Missing.GetValueOrDefault(cause) + sign * other.Missing.GetValueOrDefault(cause)));
}
