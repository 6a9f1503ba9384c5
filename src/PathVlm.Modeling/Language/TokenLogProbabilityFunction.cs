using PathVlm.Modeling.Forecasting;
using PathVlm.Modeling.Layers.Kernels;
using PathVlm.Modeling.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Language;

/// <summary>
/// log p(target) = z[target] - logsumexp(z), z = W h / temperature, in chunks of rows: no more than one chunk of logits exists at a
/// time. Backward computes the logits again: dz = g (onehot - p) / temperature, dh = dz W, dW = dzᵀ h. The factor g / temperature goes
/// on the narrow side (rows of W[target], p W and h), and p below 1e-30 counts as 0: denormal numbers cost up to 40 times.
/// Where the weight has a gradient buffer, dW is added to it in place.
/// </summary>
internal sealed class TokenLogProbabilityFunction : autograd.SingleTensorFunction<TokenLogProbabilityFunction>
{
    private const double Negligible = 1e-30;

    /// <inheritdoc/>
    public override string Name => nameof(TokenLogProbabilityFunction);

    /// <summary>Inputs: hidden [n, D], weight [V, D], a <see cref="Call"/>.</summary>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (Tensor hidden, Tensor weight, Call call) = ((Tensor)vars[0], (Tensor)vars[1], (Call)vars[2]);
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        var parts = new List<Tensor>();
        var totals = new List<Tensor>();
        foreach ((long start, long count) in Chunks(hidden, call.Options))
        {
            call.Stop.ThrowIfCancellationRequested();
            using TorchSharp.DisposeScope inner = NewDisposeScope();
            Tensor logits = Logits(hidden.narrow(0, start, count), weight, call.Options);
            Tensor total = logits.logsumexp(1, true);
            Tensor picked = logits.gather(1, call.Targets.narrow(0, start, count).unsqueeze(1));
            parts.Add(picked.sub(total).squeeze(1).MoveToOuterDisposeScope());
            if (call.Options.Accuracy)
                call.Correct.Add(logits.argmax(1).eq(call.Targets.narrow(0, start, count)).MoveToOuterDisposeScope());
            if (call.Options.Entropy) call.Entropies.Add(Entropy(logits, total).MoveToOuterDisposeScope());
            totals.Add(total.MoveToOuterDisposeScope());
        }

        foreach (Tensor tensor in call.Correct.Concat(call.Entropies)) tensor.MoveToOuterDisposeScope();
        ctx.save_for_backward([hidden, weight, call.Targets, cat(totals, 0).MoveToOuterDisposeScope()]);
        ctx.save_data(nameof(Call), call);
        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using BackwardCall call = new(ctx, gradient);
        (Tensor ofHidden, Tensor? ofWeight) = Backward(call.Saved, gradient, (Call)ctx.get_data(nameof(Call)));
        return call.Return(ofHidden, ofWeight, null);
    }

    private static (Tensor Hidden, Tensor? Weight) Backward(IReadOnlyList<Tensor> saved, Tensor gradient, Call call)
    {
        (Tensor hidden, Tensor weight, Tensor targets, Tensor totals) = (saved[0], saved[1], saved[2], saved[3]);
        Tensor? existing = weight.grad;
        Tensor? ofWeight = call.WeightTrained ? existing ?? zeros_like(weight) : null;
        var ofHidden = new List<Tensor>();
        foreach ((long start, long count) in Chunks(hidden, call.Options))
        {
            if (call.Stop.IsCancellationRequested) return (zeros_like(hidden), existing is null ? ofWeight : null);
            using TorchSharp.DisposeScope inner = NewDisposeScope();
            Tensor rows = hidden.narrow(0, start, count);
            Tensor chosen = targets.narrow(0, start, count);
            Tensor factor = gradient.narrow(0, start, count).unsqueeze(1).div(Scalars.Of(call.Options.Temperature)).to_type(hidden.dtype);
            Tensor weights = Logits(rows, weight, call.Options).sub_(totals.narrow(0, start, count)).exp_().to_type(hidden.dtype);
            weights.threshold_(Scalars.Of(Negligible), Scalars.Of(0.0));
            ofHidden.Add(weight.index_select(0, chosen).sub_(weights.mm(weight)).mul_(factor).MoveToOuterDisposeScope());
            if (ofWeight is null) continue;
            Tensor scaled = rows.mul(factor);
            ofWeight.addmm_(weights.t(), scaled, 1, -1);
            ofWeight.index_add_(0, chosen, scaled, Scalars.One);
        }

        return (cat(ofHidden, 0), existing is null ? ofWeight : null);
    }

    private static Tensor Logits(Tensor hidden, Tensor weight, TokenScoreOptions options)
    {
        using Tensor product = hidden.mm(weight.t());
        Tensor logits = product.dtype == ScalarType.Float64 ? product.alias() : product.to_type(ScalarType.Float32);
        if (options.Temperature != 1) logits.div_(Scalars.Of(options.Temperature));
        if (options.SuppressedIds is not null) logits.index_fill_(1, options.SuppressedIds, Scalars.Of(double.NegativeInfinity));
        return logits;
    }

    private static Tensor Entropy(Tensor logits, Tensor total)
    {
        Tensor finite = logits.masked_fill(logits.isneginf(), Scalars.Of(0L));
        return total.squeeze(1).sub(logits.sub(total).exp_().mul_(finite).sum(1));
    }

    private static IEnumerable<(long Start, long Count)> Chunks(Tensor hidden, TokenScoreOptions options)
    {
        (long rows, int size) = (hidden.size(0), options.ChunkRows ?? HeadLimits.RowsAtATime(hidden.device_type == DeviceType.CUDA));
        for (long start = 0; start < rows; start += size) yield return (start, Math.Min(size, rows - start));
    }

    /// <summary>What a call carries beside its differentiable inputs, and the by-products it fills.</summary>
    internal sealed record Call(Tensor Targets, TokenScoreOptions Options, bool WeightTrained)
    {
        /// <summary>Ends the work between two chunks; see <see cref="Interruption"/>.</summary>
        public CancellationToken Stop { get; } = Interruption.Current;

        public List<Tensor> Entropies { get; } = [];

        public List<Tensor> Correct { get; } = [];
    }
}
