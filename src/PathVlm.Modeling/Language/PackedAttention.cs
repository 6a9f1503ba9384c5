using PathVlm.Modeling.Layers.Kernels;
using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Language;

/// <summary>
/// Attention of a pack, without a graph. A completion's softmax runs over its prompt and itself; both parts are computed apart and
/// merged: l = logaddexp(l1, l2), o = o1 exp(l1 - l) + o2 exp(l2 - l). Backward asks the kernel twice, each time with the merged o and
/// l; the prompt's gradients come out summed over its completions. Heads lie as [key-value head, query head of it]: no key is copied
/// to serve several query heads.
/// </summary>
internal static class PackedAttention
{
    private const double Nowhere = 1e30;

    /// <summary>Attends.</summary>
    /// <param name="groups">The calls.</param>
    /// <param name="tensors">The groups' tensors.</param>
    /// <param name="query">[asking rows, H, D], turned.</param>
    /// <param name="key">[T, KV, D], turned.</param>
    /// <param name="value">[T, KV, D].</param>
    /// <returns>[asking rows, H * D], and the log-sum-exp [asking rows, H].</returns>
    public static (Tensor Output, Tensor LogSumExp) Forward(
        AttentionGroups groups, IReadOnlyList<Tensor> tensors, Tensor query, Tensor key, Tensor value)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        (long rows, long heads, long size) = (query.size(0), query.size(1), query.size(2));
        Tensor flat = empty([rows, heads * size], query.dtype, query.device);
        Tensor output = flat.view(rows, heads, size);
        // The kernel keeps the sums of half types in float32.
        Tensor total = empty([rows, heads], query.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32, query.device);
        foreach (AttentionGroup group in groups.Own)
        {
            using TorchSharp.DisposeScope inner = NewDisposeScope();
            (Tensor q, Tensor k, Tensor v) = OwnInputs(group, tensors, query, key, value);
            (Tensor attended, Tensor sums) = FlashAttention.Forward(q, k, v, group.Mask < 0 ? null : tensors[group.Mask], group.Mask < 0);
            Put(output, attended.transpose(1, 2).reshape(-1, heads, size), group.QueryStart, group.Query, tensors);
            Put(total, sums.transpose(1, 2).reshape(-1, heads).to_type(total.dtype), group.QueryStart, group.Query, tensors);
        }

        foreach (PrefixGroup prefix in groups.Prefixes)
        {
            using TorchSharp.DisposeScope inner = NewDisposeScope();
            (Tensor q, Tensor k, Tensor v) = PrefixInputs(prefix, query, key, value);
            (Tensor attended, Tensor sums) = FlashAttention.Forward(q, k, v);
            Merge(output.narrow(0, prefix.QueryStart, prefix.QueryCount), total.narrow(0, prefix.QueryStart, prefix.QueryCount),
                FromGrouped(attended), sums.flatten(0, 1).transpose(0, 1).to_type(total.dtype));
        }

        return (flat.MoveToOuterDisposeScope(), total.MoveToOuterDisposeScope());
    }

    /// <summary>Adds the gradients of query, key and value to buffers that hold zeros.</summary>
    /// <param name="groups">The calls.</param>
    /// <param name="tensors">The groups' tensors.</param>
    /// <param name="saved">Query, key, value, output and log-sum-exp of the forward pass.</param>
    /// <param name="gradient">Of the output, [asking rows, H, D].</param>
    /// <param name="ofQuery">Like query.</param>
    /// <param name="ofKey">Like key.</param>
    /// <param name="ofValue">Like value.</param>
    public static void Backward(
        AttentionGroups groups, IReadOnlyList<Tensor> tensors, Saved saved, Tensor gradient, Tensor ofQuery, Tensor ofKey, Tensor ofValue)
    {
        foreach (AttentionGroup group in groups.Own)
        {
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            BackwardOwn(group, tensors, saved, gradient, ofQuery, ofKey, ofValue);
        }

        foreach (PrefixGroup prefix in groups.Prefixes)
        {
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            (Tensor q, Tensor k, Tensor v) = PrefixInputs(prefix, saved.Query, saved.Key, saved.Value);
            (int start, int count, long groupsOfHeads) = (prefix.QueryStart, prefix.QueryCount, saved.Key.size(1));
            (Tensor dq, Tensor dk, Tensor dv) = FlashAttention.Backward(
                Grouped(gradient.narrow(0, start, count), groupsOfHeads), q, k, v,
                Grouped(saved.Output.narrow(0, start, count), groupsOfHeads),
                saved.LogSumExp.narrow(0, start, count).unflatten(1, groupsOfHeads, -1).permute(1, 2, 0).contiguous());
            ofQuery.narrow(0, start, count).add_(FromGrouped(dq), Scalars.One);
            ofKey.narrow(0, prefix.PromptStart, prefix.PromptLength).add_(dk.sum(1).transpose(0, 1), Scalars.One);
            ofValue.narrow(0, prefix.PromptStart, prefix.PromptLength).add_(dv.sum(1).transpose(0, 1), Scalars.One);
        }
    }

    private static void BackwardOwn(
        AttentionGroup group, IReadOnlyList<Tensor> tensors, Saved saved, Tensor gradient, Tensor ofQuery, Tensor ofKey, Tensor ofValue)
    {
        (long heads, long size, long groupsOfHeads) = (saved.Query.size(1), saved.Query.size(2), saved.Key.size(1));
        (Tensor q, Tensor k, Tensor v) = OwnInputs(group, tensors, saved.Query, saved.Key, saved.Value);
        Tensor upstream = Get(gradient, group.QueryStart, group.Query, group.Count * group.Queries, tensors);
        Tensor sums = Get(saved.LogSumExp, group.QueryStart, group.Query, group.Count * group.Queries, tensors);
        if (group.Query is { Padding: >= 0 } padded)
        {
            upstream.index_fill_(0, tensors[padded.Padding], Scalars.Of(0L));
            sums.index_fill_(0, tensors[padded.Padding], Scalars.Of(Nowhere));
        }

        Tensor output = Get(saved.Output, group.QueryStart, group.Query, group.Count * group.Queries, tensors);
        (Tensor dq, Tensor dk, Tensor dv) = FlashAttention.Backward(
            Batched(upstream, group.Count), q, k, v, Batched(output, group.Count),
            sums.unflatten(0, group.Count, group.Queries).transpose(1, 2).contiguous(),
            group.Mask < 0 ? null : tensors[group.Mask], group.Mask < 0);
        Put(ofQuery, dq.transpose(1, 2).reshape(-1, heads, size), group.QueryStart, group.Query, tensors);
        Put(ofKey, Collected(dk, groupsOfHeads), group.KeyStart, group.Key, tensors);
        Put(ofValue, Collected(dv, groupsOfHeads), group.KeyStart, group.Key, tensors);
    }

    /// <summary>[B, H, R, D] and [B, H, S, D] twice.</summary>
    private static (Tensor Query, Tensor Key, Tensor Value) OwnInputs(
        AttentionGroup group, IReadOnlyList<Tensor> tensors, Tensor query, Tensor key, Tensor value)
    {
        long heads = FlashAttention.SharesKeys(query, group.Mask >= 0) ? key.size(1) : query.size(1);
        int keys = group.Count * group.Keys;
        return (Batched(Get(query, group.QueryStart, group.Query, group.Count * group.Queries, tensors), group.Count),
            Expanded(Batched(Get(key, group.KeyStart, group.Key, keys, tensors), group.Count), heads),
            Expanded(Batched(Get(value, group.KeyStart, group.Key, keys, tensors), group.Count), heads));
    }

    /// <summary>[KV, H/KV, R, D] and, without copying, [KV, H/KV, P, D] twice.</summary>
    private static (Tensor Query, Tensor Key, Tensor Value) PrefixInputs(PrefixGroup prefix, Tensor query, Tensor key, Tensor value)
    {
        (long groups, long each) = (key.size(1), query.size(1) / key.size(1));
        return (Grouped(query.narrow(0, prefix.QueryStart, prefix.QueryCount), groups), Shared(key), Shared(value));

        Tensor Shared(Tensor all) => all.narrow(0, prefix.PromptStart, prefix.PromptLength).transpose(0, 1).unsqueeze(1)
            .expand(groups, each, prefix.PromptLength, all.size(2));
    }

    /// <summary>[n, H, D] -> [KV, H/KV, n, D].</summary>
    private static Tensor Grouped(Tensor rows, long groups) => rows.unflatten(1, groups, -1).permute(1, 2, 0, 3);

    /// <summary>[KV, H/KV, n, D] -> [n, H, D].</summary>
    private static Tensor FromGrouped(Tensor grouped) => grouped.flatten(0, 1).transpose(0, 1);

    /// <summary>[B * n, h, D] -> [B, h, n, D].</summary>
    private static Tensor Batched(Tensor rows, long count) => rows.unflatten(0, count, -1).transpose(1, 2);

    /// <summary>[B, KV, S, D] -> [B, H, S, D].</summary>
    private static Tensor Expanded(Tensor keys, long heads)
    {
        (long count, long groups, long length, long size) = (keys.size(0), keys.size(1), keys.size(2), keys.size(3));
        if (groups == heads) return keys;
        return groups == 1 ? keys.expand(count, heads, length, size)
            : keys.unsqueeze(2).expand(count, groups, heads / groups, length, size).reshape(count, heads, length, size);
    }

    /// <summary>Gradients [B, H, S, D] -> [B * S, KV, D], summed over the query heads of a key-value head.</summary>
    private static Tensor Collected(Tensor gradient, long groups)
    {
        Tensor byGroup = groups == gradient.size(1) ? gradient : gradient.unflatten(1, groups, -1).sum(2);
        return byGroup.transpose(1, 2).flatten(0, 1);
    }

    private static Tensor Get(Tensor rows, int start, PaddedIndex? index, long count, IReadOnlyList<Tensor> tensors) =>
        index is null ? rows.narrow(0, start, count) : rows.index_select(0, tensors[index.Gather]);

    private static void Put(Tensor rows, Tensor values, int start, PaddedIndex? index, IReadOnlyList<Tensor> tensors)
    {
        if (index is null) rows.narrow(0, start, values.size(0)).copy_(values);
        else if (index.Padding < 0) rows.index_copy_(0, tensors[index.Gather], values);
        else rows.index_copy_(0, tensors[index.Rows], values.index_select(0, tensors[index.Places]));
    }

    private static void Merge(Tensor output, Tensor total, Tensor prefixOutput, Tensor prefixTotal)
    {
        Tensor merged = total.logaddexp(prefixTotal);
        Tensor ownShare = total.sub(merged).exp_().unsqueeze_(2).to_type(output.dtype);
        Tensor prefixShare = prefixTotal.sub(merged).exp_().unsqueeze_(2).to_type(output.dtype);
        output.mul_(ownShare).addcmul_(prefixOutput, prefixShare, Scalars.One);
        total.copy_(merged);
    }

    /// <summary>What backward needs of the forward pass.</summary>
    internal readonly record struct Saved(Tensor Query, Tensor Key, Tensor Value, Tensor Output, Tensor LogSumExp);
}
