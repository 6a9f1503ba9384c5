using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Records;

namespace PathVlm.Experiments.Rollouts;

/// <summary>The cost of reviews.</summary>
/// <param name="Reviews">Reviews that asked the judge.</param>
/// <param name="Requests">Requests that were made for them.</param>
/// <param name="InputTokens">Tokens that the judge read.</param>
/// <param name="OutputTokens">Tokens that the judge wrote.</param>
public readonly record struct ReviewCost(long Reviews, long Requests, long InputTokens, long OutputTokens)
{
    /// <summary>The cost of the reviews that a panel asked for.</summary>
    internal static ReviewCost From(ReviewStatistics statistics) =>
        new(statistics.Asked, statistics.Requests, statistics.InputTokens, statistics.OutputTokens);

    /// <summary>The cost of the reviews with these keys when they were made, by the record.</summary>
    internal static ReviewCost From(IEnumerable<ReviewRecordLine> record, IReadOnlySet<string> keys)
    {
        ReviewCost sum = default;
        foreach (ReviewRecordLine line in record.Where(line => keys.Contains(line.Key)))
            sum = new ReviewCost(
                sum.Reviews + 1, sum.Requests + line.Requests, sum.InputTokens + line.InputTokens, sum.OutputTokens + line.OutputTokens);
        return sum;
    }

    /// <summary>The cost of so many reviews where these are typical.</summary>
    internal ReviewCost For(long reviews)
    {
        double share = (double)reviews / Reviews;
        return new ReviewCost(reviews, (long)(Requests * share), (long)(InputTokens * share), (long)(OutputTokens * share));
    }

    /// <summary>The price of the tokens, in the currency of the prices.</summary>
    /// <param name="prices">The prices.</param>
    internal decimal Price(ReviewPanelOptions prices) =>
        (InputTokens * prices.PricePerMillionInputTokens + OutputTokens * prices.PricePerMillionOutputTokens) / 1_000_000m;
}
