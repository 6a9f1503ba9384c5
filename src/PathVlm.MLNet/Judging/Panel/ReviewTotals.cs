using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Judging.Panel;

/// <summary>The counts of a <see cref="ReviewStatistics"/> at one moment; the difference of two is what was added between them.</summary>
internal sealed record ReviewTotals
{
    public int Asked { get; init; }

    public int CacheHits { get; init; }

    public int Requests { get; init; }

    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public decimal Price { get; init; }

    public int Quotes { get; init; }

    public int QuotesRejected { get; init; }

    public TimeSpan JudgeTime { get; init; }

    public IReadOnlyDictionary<MissingCause, int> Missing { get; init; } = new Dictionary<MissingCause, int>();

    /// <summary>The totals of several panels.</summary>
    public static ReviewTotals Of(IEnumerable<ReviewStatistics> panels) =>
        panels.Select(panel => panel.Totals()).Aggregate(new ReviewTotals(), (sum, panel) => sum.Plus(panel, 1));

    /// <summary>The counts added since <paramref name="earlier"/>.</summary>
    public ReviewTotals Since(ReviewTotals earlier) => Plus(earlier, -1);

    private ReviewTotals Plus(ReviewTotals other, int sign) => new()
    {
        Asked = Asked + sign * other.Asked,
        CacheHits = CacheHits + sign * other.CacheHits,
        Requests = Requests + sign * other.Requests,
        InputTokens = InputTokens + sign * other.InputTokens,
        OutputTokens = OutputTokens + sign * other.OutputTokens,
        Price = Price + sign * other.Price,
        Quotes = Quotes + sign * other.Quotes,
        QuotesRejected = QuotesRejected + sign * other.QuotesRejected,
        JudgeTime = JudgeTime + sign * other.JudgeTime,
        Missing = Missing.Keys.Union(other.Missing.Keys).ToDictionary(
            cause => cause, cause => Missing.GetValueOrDefault(cause) + sign * other.Missing.GetValueOrDefault(cause)),
    };
}
