using System.Globalization;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Records;

namespace PathVlm.Host.Judging;

/// <summary>What reviews took of a judge.</summary>
internal readonly record struct ReviewCost(long Reviews, long Requests, long InputTokens, long OutputTokens)
{
    /// <summary>Of the reviews that a panel asked for.</summary>
    internal static ReviewCost Of(ReviewStatistics statistics) =>
        new(statistics.Asked, statistics.Requests, statistics.InputTokens, statistics.OutputTokens);

    /// <summary>Of the reviews with these keys when they were made, by the record.</summary>
    internal static ReviewCost Of(IEnumerable<ReviewRecordLine> record, IReadOnlySet<string> keys)
    {
        ReviewCost sum = default;
        foreach (ReviewRecordLine line in record.Where(line => keys.Contains(line.Key)))
            sum = new ReviewCost(sum.Reviews + 1, sum.Requests + line.Requests, sum.InputTokens + line.InputTokens, sum.OutputTokens + line.OutputTokens);
        return sum;
    }

    /// <summary>What so many reviews take where these are typical.</summary>
    internal ReviewCost For(long reviews)
    {
        double share = (double)reviews / Reviews;
        return new ReviewCost(reviews, (long)(Requests * share), (long)(InputTokens * share), (long)(OutputTokens * share));
    }

    /// <summary>Cells of a table: reviews, requests, tokens in and out, and money where prices are given.</summary>
    internal IReadOnlyList<string> Cells(ReviewPanelOptions? prices)
    {
        List<string> cells = [.. new[] { Reviews, Requests, InputTokens, OutputTokens }.Select(number => number.ToString("N0", CultureInfo.InvariantCulture))];
        if (prices is not null)
            cells.Add(((InputTokens * prices.PricePerMillionInputTokens + OutputTokens * prices.PricePerMillionOutputTokens) / 1_000_000m).ToString("0.00", CultureInfo.InvariantCulture));
        return cells;
    }
}
