namespace PathVlm.MLNet.Judging.Scoring;

/// <summary>Finds quotes in a normalised reasoning and gives each stretch of it to one step only.</summary>
internal sealed class QuoteLocator(string text)
{
    private readonly List<(int Start, int End)> _claimed = [];

    /// <summary>The normalised reasoning.</summary>
    public string Text { get; } = text;

    /// <summary>Claims the first occurrence of a normalised quote that overlaps nothing claimed before.</summary>
    public QuoteClaim Claim(string quote)
    {
        QuoteClaim result = QuoteClaim.Absent;
        for (int start = Text.IndexOf(quote, StringComparison.Ordinal); start >= 0;
            start = Text.IndexOf(quote, start + 1, StringComparison.Ordinal))
        {
            int end = start + quote.Length;
            if (!_claimed.Exists(span => start < span.End && span.Start < end))
            {
                _claimed.Add((start, end));
                return QuoteClaim.Free;
            }

            result = QuoteClaim.Taken;
        }

        return result;
    }
}

/// <summary>What a look-up of a quote found.</summary>
internal enum QuoteClaim
{
    /// <summary>It does not occur.</summary>
    Absent,

    /// <summary>It occurs, but only in words another step has.</summary>
    Taken,

    /// <summary>It occurs, and is now taken.</summary>
    Free,
}
