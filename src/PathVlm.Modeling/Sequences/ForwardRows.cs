namespace PathVlm.Modeling.Sequences;

/// <summary>
/// The rows whose hidden states a forward pass returns, as runs in the order wanted; a row may come more than once (the last row of a
/// prompt predicts the first token of every completion). The last layer computes nothing else for the rows left out.
/// </summary>
internal sealed class ForwardRows
{
    private ForwardRows(IReadOnlyList<RowRange>? ranges) => Ranges = ranges;

    /// <summary>Every row, in order.</summary>
    public static ForwardRows All { get; } = new(null);

    /// <summary>The runs, or null for every row.</summary>
    public IReadOnlyList<RowRange>? Ranges { get; }

    /// <summary>Number of rows asked for, or null for every row.</summary>
    public int? Count => Ranges?.Sum(range => range.Length);

    /// <summary>These runs, in this order.</summary>
    /// <exception cref="ArgumentException">A run is empty or starts below 0, or there is none.</exception>
    public static ForwardRows Of(IEnumerable<RowRange> ranges)
    {
        RowRange[] list = ranges.ToArray();
        if (list.Length == 0) throw new ArgumentException("Rows: expected one run of rows or more, got none.", nameof(ranges));
        foreach (RowRange range in list)
            if (range.Length < 1 || range.Start < 0)
                throw new ArgumentException($"Rows: expected Start >= 0 and Length >= 1, got {range}.", nameof(ranges));
        return new ForwardRows(list);
    }

    /// <summary>
    /// The rows that predict tokens <paramref name="from"/> and later of one segment, one row a token: the row before each token.
    /// For a completion, token 0 is predicted by the last row of its prompt.
    /// </summary>
    /// <param name="packed">The pack.</param>
    /// <param name="segment">Index of the segment.</param>
    /// <param name="from">First predicted token of the segment; 1 or more where the segment has no parent.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="from"/> predicts nothing, or token 0 of a prompt.</exception>
    public static IReadOnlyList<RowRange> Predicting(PackedSequences packed, int segment, int from = 0)
    {
        ArgumentNullException.ThrowIfNull(packed);
        (int start, int length, int parent) = packed.Segments[segment];
        if (from < (parent < 0 ? 1 : 0) || from >= length)
            throw new ArgumentOutOfRangeException(
                nameof(from), from, $"Segment {segment} has tokens {(parent < 0 ? 1 : 0)} to {length - 1} to predict.");
        if (from > 0) return [new RowRange(start + from - 1, length - from)];
        var first = new RowRange(packed.Segments[parent].End - 1, 1);
        return length == 1 ? [first] : [first, new RowRange(start, length - 1)];
    }
}
