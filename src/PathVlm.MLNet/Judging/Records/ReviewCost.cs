namespace PathVlm.MLNet.Judging.Records;

/// <summary>The cost of reviews.</summary>
/// <param name="Reviews">Reviews that asked the judge.</param>
/// <param name="Requests">Requests made to the judge.</param>
/// <param name="InputTokens">Tokens that the judge read.</param>
/// <param name="OutputTokens">Tokens that the judge wrote.</param>
public readonly record struct ReviewCost(long Reviews, long Requests, long InputTokens, long OutputTokens)
{
    /// <summary>The cost of reviews when they were made, from a record.</summary>
    /// <param name="recordFile">The record.</param>
    /// <param name="keys">Keys of the reviews (<see cref="Scoring.ProcessReview.Key"/>).</param>
    /// <exception cref="InvalidDataException">The file is no record, or its chain is broken; the line is named.</exception>
    public static ReviewCost FromRecord(string recordFile, IReadOnlySet<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ReviewCost sum = default;
        foreach (ReviewRecordLine line in ReviewRecord.Read(recordFile).Where(line => keys.Contains(line.Key)))
            sum = new ReviewCost(
                sum.Reviews + 1, sum.Requests + line.Requests, sum.InputTokens + line.InputTokens, sum.OutputTokens + line.OutputTokens);
        return sum;
    }

    /// <summary>The cost of a number of reviews of which these are typical.</summary>
    /// <param name="reviews">Number of reviews.</param>
    public ReviewCost For(long reviews)
    {
        double share = (double)reviews / Reviews;
        return new ReviewCost(reviews, (long)(Requests * share), (long)(InputTokens * share), (long)(OutputTokens * share));
    }
}
