using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Layers.Kernels;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Language;

/// <summary>
/// Rotary positions and attention of one layer as one node of the graph. Inputs: queries, keys and values of all rows in one tensor
/// [T, H + 2 KV, D] and a <see cref="Call"/>; or, in the last layer, queries of the asking rows [n, H, D], keys and values of all rows
/// [T, 2 KV, D] and a <see cref="Call"/>. Output [n, H * D].
/// </summary>
internal sealed class PackedAttentionFunction : autograd.SingleTensorFunction<PackedAttentionFunction>
{
    private const int FixedTensors = 9;

    /// <inheritdoc/>
    public override string Name => nameof(PackedAttentionFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        var call = (Call)vars[^1];
        var others = (Tensor)vars[^2];
        (int heads, int groups) = (call.Heads, call.Groups);
        Tensor query, key;
        if (call.Separate)
        {
            query = call.QueryRotary.Turned((Tensor)vars[0]);
            key = call.KeyRotary.Turned(others.narrow(1, 0, groups));
        }
        else
        {
            Tensor turned = call.KeyRotary.Turned(others.narrow(1, 0, heads + groups));
            (query, key) = (turned.narrow(1, 0, heads), turned.narrow(1, heads, groups));
        }

        Tensor value = others.narrow(1, others.size(1) - groups, groups);
        call.KeyValues?.Invoke(key, value);
        (Tensor output, Tensor total) = PackedAttention.Forward(call.Plan, call.Plan.Tensors, query, key, value);
        Tensor saved = output.detach().view_as(query);
        ctx.save_for_backward([query, key, value, saved, total, call.QueryRotary.Cosine, call.QueryRotary.Sine, call.KeyRotary.Cosine,
            call.KeyRotary.Sine, .. call.Plan.Tensors]);
        ctx.save_data(nameof(Call), call);
        foreach (Tensor kept in new[] { query, key, value, saved, total }) kept.MoveToOuterDisposeScope();
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using BackwardCall backward = new(ctx, gradient);
        var call = (Call)ctx.get_data(nameof(Call));
        IReadOnlyList<Tensor> all = backward.Saved;
        var saved = new PackedAttention.Saved(all[0], all[1], all[2], all[3], all[4]);
        (int heads, int groups) = (call.Heads, call.Groups);
        Tensor upstream = gradient.view(gradient.size(0), heads, -1);
        (long rows, long size) = (saved.Key.size(0), saved.Key.size(2));
        int width = call.Separate ? 2 * groups : heads + (2 * groups);
        Tensor ofOthers = call.Plan.CoversAllKeys ? empty([rows, width, size], gradient.dtype, gradient.device)
            : zeros([rows, width, size], gradient.dtype, gradient.device);
        Tensor ofQuery = call.Separate ? empty_like(upstream) : ofOthers.narrow(1, 0, heads);
        if (call.Stop.IsCancellationRequested)
        {
            ofOthers.zero_();
            return call.Separate ? backward.Return(ofQuery.zero_(), ofOthers, null) : backward.Return(ofOthers, null);
        }

        PackedAttention.Backward(call.Plan, [.. all.Skip(FixedTensors)], saved, upstream, ofQuery,
            ofOthers.narrow(1, width - (2 * groups), groups), ofOthers.narrow(1, width - groups, groups));
        new Rotary(all[7], all[8]).TurnBack_(ofOthers.narrow(1, 0, width - groups));
        if (!call.Separate) return backward.Return(ofOthers, null);
        new Rotary(all[5], all[6]).TurnBack_(ofQuery);
        return backward.Return(ofQuery, ofOthers, null);
    }

    /// <summary>What a call needs beside its differentiable inputs.</summary>
    /// <param name="Plan">Who attends to whom.</param>
    /// <param name="QueryRotary">Turns of the asking rows.</param>
    /// <param name="KeyRotary">Turns of all rows; the same where every row asks.</param>
    /// <param name="Heads">H.</param>
    /// <param name="Groups">KV.</param>
    /// <param name="Separate">Whether queries come apart from keys and values.</param>
    /// <param name="KeyValues">Called with the turned keys and the values, each [T, KV, D]; or null.</param>
    /// <param name="Stop">Once it is cancelled, backward gives zeros; see <see cref="Numerics.Interruption"/>.</param>
    internal sealed record Call(
        AttentionGroups Plan, Rotary QueryRotary, Rotary KeyRotary, int Heads, int Groups, bool Separate,
        Action<Tensor, Tensor>? KeyValues, CancellationToken Stop);
}
