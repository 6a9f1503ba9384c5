using PathVlm.Modeling.Sequences;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Language;

/// <summary>The calls of a plan's attention: what each segment sees of itself, in batches, and what completions see of prompts.</summary>
internal sealed class AttentionGroups
{
    // Segments share a call where padding the shorter one costs less than a call: this many scores, or a fifth of the longer one's.
    private const long CheapScores = 16_384;
    private readonly List<Tensor> _tensors = [];
    private readonly List<AttentionGroup> _own = [];
    private readonly List<PrefixGroup> _prefixes = [];
    private readonly Device _device;
    private readonly ScalarType _type;

    private AttentionGroups(Device device, ScalarType type) => (_device, _type) = (device, type);

    /// <summary>Index lists and masks, by slot; owned by the dispose scope of <see cref="Of"/>.</summary>
    public IReadOnlyList<Tensor> Tensors => _tensors;

    /// <summary>What segments see of themselves; every asking row is in one group.</summary>
    public IReadOnlyList<AttentionGroup> Own => _own;

    /// <summary>What completions see of their prompts.</summary>
    public IReadOnlyList<PrefixGroup> Prefixes => _prefixes;

    /// <summary>Whether every row of the pack is an own key of some group.</summary>
    public bool CoversAllKeys { get; private set; }

    /// <summary>Groups a plan; masks are of the given type.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="type">Type of masks.</param>
    /// <param name="apart">Whether each segment has a call of its own, so that its numbers do not depend on the others.</param>
    public static AttentionGroups Of(AttentionPlan plan, ScalarType type, bool apart = false)
    {
        var groups = new AttentionGroups(plan.Packed.TokenIds.device, type);
        var members = new List<Member>();
        int row = 0;
        foreach (SegmentQueries queries in plan.Segments)
        {
            PackedSegment segment = plan.Packed.Segments[queries.Segment];
            members.Add(new Member(row, queries.From, queries.Count, segment.Start));
            if (segment.Parent >= 0) groups.AddPrefix(plan.Packed.Segments[segment.Parent], row, queries.Count);
            row += queries.Count;
        }

        groups.CoversAllKeys = members.Sum(member => member.Keys) == plan.Packed.TokenCount;
        foreach (IGrouping<bool, Member> kind in members.GroupBy(member => member.From == 0))
            foreach (List<Member> batch in apart
                ? kind.Select(member => new List<Member> { member })
                : Batches(kind.OrderByDescending(member => member.Keys)))
                groups.AddOwn(batch, causal: kind.Key);
        return groups;
    }

    private static IEnumerable<List<Member>> Batches(IEnumerable<Member> longestFirst)
    {
        List<Member>? batch = null;
        foreach (Member member in longestFirst)
        {
            if (batch is not null)
            {
                long longest = batch[0].Keys, missing = longest - member.Keys;
                if (missing * longest <= CheapScores || missing * 5 <= longest)
                {
                    batch.Add(member);
                    continue;
                }

                yield return batch;
            }

            batch = [member];
        }

        if (batch is not null) yield return batch;
    }

    private void AddPrefix(PackedSegment prompt, int row, int count)
    {
        if (_prefixes.Count > 0 && _prefixes[^1].PromptStart == prompt.Start)
            _prefixes[^1] = _prefixes[^1] with { QueryCount = _prefixes[^1].QueryCount + count };
        else _prefixes.Add(new PrefixGroup(prompt.Start, prompt.Length, row, count));
    }

    private void AddOwn(List<Member> batch, bool causal)
    {
        batch.Sort((left, right) => left.Row.CompareTo(right.Row));
        (int queries, int keys) = (batch.Max(member => member.Queries), batch.Max(member => member.Keys));
        int queryStart = Neighbours([.. batch.Select(member => (member.Row, member.Queries))], queries);
        int keyStart = Neighbours([.. batch.Select(member => (member.Start, member.Keys))], keys);
        _own.Add(new AttentionGroup(
            batch.Count, queries, keys, queryStart, keyStart,
            queryStart >= 0 ? null : Index([.. batch.Select(member => (member.Row, member.Queries))], queries),
            keyStart >= 0 ? null : Index([.. batch.Select(member => (member.Start, member.Keys))], keys),
            causal ? -1 : Mask(batch, queries, keys)));
    }

    /// <summary>The first row of runs that follow each other without a gap and are all of one length, or -1.</summary>
    private static int Neighbours((int Start, int Length)[] runs, int length)
    {
        for (int index = 0; index < runs.Length; index++)
            if (runs[index].Length != length || runs[index].Start != runs[0].Start + (index * length)) return -1;
        return runs[0].Start;
    }

    private PaddedIndex Index((int Start, int Length)[] runs, int length)
    {
        long[] gather = new long[runs.Length * length];
        List<long> rows = [], places = [], padding = [];
        for (int run = 0; run < runs.Length; run++)
        {
            for (int offset = 0; offset < length; offset++)
            {
                int place = (run * length) + offset;
                if (offset >= runs[run].Length)
                {
                    padding.Add(place);
                    continue;
                }

                gather[place] = runs[run].Start + offset;
                rows.Add(gather[place]);
                places.Add(place);
            }
        }

        return new PaddedIndex(Slot(gather), Slot([.. rows]), Slot([.. places]), padding.Count == 0 ? -1 : Slot([.. padding]));
    }

    /// <summary>Asking row i of a segment sees its keys 0 to From + i; padded rows see what the last real one sees.</summary>
    private int Mask(List<Member> batch, int queries, int keys)
    {
        float[] mask = new float[batch.Count * queries * keys];
        for (int member = 0; member < batch.Count; member++)
        {
            for (int query = 0; query < queries; query++)
            {
                int seen = batch[member].From + Math.Min(query, batch[member].Queries - 1) + 1;
                mask.AsSpan((((member * queries) + query) * keys) + seen, keys - seen).Fill(float.NegativeInfinity);
            }
        }

        using Tensor values = tensor(mask, [batch.Count, 1, queries, keys]);
        _tensors.Add(values.to(_type, _device, copy: true));
        return _tensors.Count - 1;
    }

    private int Slot(long[] values)
    {
        _tensors.Add(tensor(values, device: _device));
        return _tensors.Count - 1;
    }

    /// <summary>A segment's asking rows and the keys they see: rows Start to Start + Keys of the pack.</summary>
    private readonly record struct Member(int Row, int From, int Queries, int Start)
    {
        public int Keys => From + Queries;
    }
}
