namespace PathVlm.Modeling.Sequences;

/// <summary>Which rows ask (query) in one layer, segment by segment in row order: all of them, or in the last layer those wanted.</summary>
internal sealed class AttentionPlan
{
    private AttentionPlan(PackedSequences packed, IReadOnlyList<SegmentQueries> segments)
    {
        Packed = packed;
        Segments = segments;
        QueryCount = segments.Sum(segment => segment.Count);
    }

    /// <summary>The pack.</summary>
    public PackedSequences Packed { get; }

    /// <summary>Segments with at least one asking row, by their place in the pack.</summary>
    public IReadOnlyList<SegmentQueries> Segments { get; }

    /// <summary>Number of asking rows.</summary>
    public int QueryCount { get; }

    /// <summary>Whether every row asks.</summary>
    public bool IsFull => QueryCount == Packed.TokenCount;

    /// <summary>Every row asks.</summary>
    public static AttentionPlan Full(PackedSequences packed) =>
        new(packed, [.. InRowOrder(packed).Select(index => new SegmentQueries(index, 0, packed.Segments[index].Length))]);

    /// <summary>In each segment the rows from the first to the last wanted one ask; segments without a wanted row don't.</summary>
    /// <exception cref="ArgumentException">A wanted row lies outside the pack or a run crosses segments.</exception>
    public static AttentionPlan For(PackedSequences packed, ForwardRows rows)
    {
        if (rows.Ranges is null) return Full(packed);
        int[] order = InRowOrder(packed);
        int[] starts = order.Select(index => packed.Segments[index].Start).ToArray();
        var bounds = new (int From, int To)[order.Length];
        foreach (RowRange range in rows.Ranges)
        {
            if (range.End > packed.TokenCount)
                throw new ArgumentException($"Rows: got {range}, the pack has {packed.TokenCount} rows.", nameof(rows));
            int place = Array.BinarySearch(starts, range.Start);
            if (place < 0) place = ~place - 1;
            for (; place < order.Length && starts[place] < range.End; place++)
            {
                int length = packed.Segments[order[place]].Length;
                int from = Math.Max(0, range.Start - starts[place]);
                int to = Math.Min(length, range.End - starts[place]);
                bounds[place] = bounds[place].To == 0 ? (from, to) : (Math.Min(bounds[place].From, from), Math.Max(bounds[place].To, to));
            }
        }

        return new AttentionPlan(packed, [.. Enumerable.Range(0, order.Length).Where(place => bounds[place].To > 0)
            .Select(place => new SegmentQueries(order[place], bounds[place].From, bounds[place].To - bounds[place].From))]);
    }

    /// <summary>Runs of the pack's rows that ask, neighbours joined.</summary>
    public IReadOnlyList<RowRange> QueryRanges()
    {
        var ranges = new List<RowRange>();
        foreach (SegmentQueries segment in Segments)
        {
            int start = Packed.Segments[segment.Segment].Start + segment.From;
            if (ranges.Count > 0 && ranges[^1].End == start) ranges[^1] = ranges[^1] with { Length = ranges[^1].Length + segment.Count };
            else ranges.Add(new RowRange(start, segment.Count));
        }

        return ranges;
    }

    /// <summary>The wanted runs as runs of the asking rows, neighbours joined.</summary>
    public IReadOnlyList<RowRange> Locate(ForwardRows rows)
    {
        if (rows.Ranges is null) return [new RowRange(0, QueryCount)];
        IReadOnlyList<RowRange> queries = QueryRanges();
        int[] offsets = new int[queries.Count];
        for (int place = 1; place < offsets.Length; place++) offsets[place] = offsets[place - 1] + queries[place - 1].Length;
        int[] starts = queries.Select(range => range.Start).ToArray();
        var located = new List<RowRange>();
        foreach (RowRange range in rows.Ranges)
        {
            for (int row = range.Start; row < range.End;)
            {
                int place = Array.BinarySearch(starts, row);
                if (place < 0) place = ~place - 1;
                int take = Math.Min(range.End, queries[place].End) - row;
                int start = offsets[place] + row - starts[place];
                if (located.Count > 0 && located[^1].End == start) located[^1] = located[^1] with { Length = located[^1].Length + take };
                else located.Add(new RowRange(start, take));
                row += take;
            }
        }

        return located;
    }

    private static int[] InRowOrder(PackedSequences packed) =>
        [.. Enumerable.Range(0, packed.Segments.Count).OrderBy(index => packed.Segments[index].Start)];
}

/// <summary>The asking rows of a segment.</summary>
/// <param name="Segment">Index of the segment.</param>
/// <param name="From">First asking row, counted in the segment.</param>
/// <param name="Count">Number of asking rows.</param>
internal readonly record struct SegmentQueries(int Segment, int From, int Count)
{
    /// <summary>Row after the last asking one, counted in the segment.</summary>
    public int To => From + Count;
}
