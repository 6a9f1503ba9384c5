using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Layers.Kernels;
using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Sequences;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Language;

/// <summary>
/// Attention of a pack, one call a segment, in operations that autograd knows: the reference that the fast kernel is held to.
/// </summary>
internal static class SegmentAttention
{
    /// <summary>Attends.</summary>
    /// <param name="plan">The asking rows.</param>
    /// <param name="query">[asking rows, H, D], turned.</param>
    /// <param name="key">[T, KV, D], turned.</param>
    /// <param name="value">[T, KV, D].</param>
    /// <returns>[asking rows, H * D].</returns>
    public static Tensor Of(AttentionPlan plan, Tensor query, Tensor key, Tensor value)
    {
        (long heads, long size) = (query.size(1), query.size(2));
        var outputs = new List<Tensor>();
        int row = 0;
        foreach (SegmentQueries queries in plan.Segments)
        {
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            PackedSegment segment = plan.Packed.Segments[queries.Segment];
            var own = new RowRange(segment.Start, queries.To);
            RowRange[] keys = segment.Parent < 0 ? new[] { own } : [RangeOf(plan.Packed.Segments[segment.Parent]), own];
            Tensor q = query.narrow(0, row, queries.Count).transpose(0, 1).unsqueeze(0);
            Tensor k = Expand(Rows.Take(key, keys), heads);
            Tensor v = Expand(Rows.Take(value, keys), heads);
            bool causal = segment.Parent < 0 && queries.From == 0;
            Tensor? mask = causal ? null : MaskOf(queries.Count, keys.Sum(range => range.Length), query);
            Tensor attended = ScaledAttention.Of(q, k, v, mask, causal);
            outputs.Add(attended.squeeze(0).transpose(0, 1).reshape(queries.Count, heads * size).MoveToOuterDisposeScope());
            row += queries.Count;
        }

        if (outputs.Count == 1) return outputs[0];
        Tensor joined = cat(outputs, 0);
        foreach (Tensor output in outputs) output.Dispose();
        return joined;
    }

    private static RowRange RangeOf(PackedSegment segment) => new(segment.Start, segment.Length);

    /// <summary>[S, KV, D] -> [1, H, S, D]: each key-value head serves H / KV neighbouring query heads.</summary>
    private static Tensor Expand(Tensor rows, long heads)
    {
        (long length, long groups, long size) = (rows.size(0), rows.size(1), rows.size(2));
        Tensor byHead = rows.transpose(0, 1);
        if (groups == heads) return byHead.unsqueeze(0);
        return byHead.unsqueeze(1).expand(groups, heads / groups, length, size).reshape(1, heads, length, size);
    }

    /// <summary>Row i of the last <paramref name="rows"/> positions sees keys up to its own: 0 there, minus infinity beyond.</summary>
    private static Tensor MaskOf(long rows, long keys, Tensor like) =>
        full([rows, keys], Scalars.Of(double.NegativeInfinity), like.dtype, like.device).triu(keys - rows + 1);
}
