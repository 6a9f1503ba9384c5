using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>
/// Low-rank terms of one linear layer, fused or not: y[:, part] += s (x Aᵀ) Bᵀ for each part, where all A's lie stacked in one matrix,
/// so that the input is multiplied once for all parts.
/// </summary>
internal sealed class LowRank
{
    private readonly LowRankBuffers _buffers;
    private readonly long _downStart;
    private Tensor? _blocks;
    private long _blocksVersion = -1;

    /// <summary>Terms of a layer.</summary>
    /// <param name="buffers">The flat buffers in which A's and B's lie.</param>
    /// <param name="downStart">Where the stacked A's begin in them.</param>
    /// <param name="inputSize">Columns of A.</param>
    /// <param name="parts">The parts, in the order of their A's.</param>
    /// <param name="scale">s.</param>
    public LowRank(LowRankBuffers buffers, long downStart, long inputSize, IReadOnlyList<LowRankPart> parts, double scale)
    {
        (_buffers, _downStart, InputSize, Parts, Scale) = (buffers, downStart, inputSize, parts, scale);
        Rank = parts.Sum(part => part.Rank);
        Down = buffers.View(buffers.Compute, downStart, [Rank, inputSize]);
        Ups = [.. parts.Select(part => buffers.View(buffers.Compute, part.UpStart, [part.OutputCount, part.Rank]))];
    }

    /// <summary>Values that a row is multiplied with.</summary>
    public long InputSize { get; }

    /// <summary>Rows of all A's together.</summary>
    public long Rank { get; }

    /// <summary>s, by which every part is multiplied.</summary>
    public double Scale { get; }

    /// <summary>The parts.</summary>
    public IReadOnlyList<LowRankPart> Parts { get; }

    /// <summary>All A's, [<see cref="Rank"/>, in], in the type that is computed with; owned by the buffers.</summary>
    public Tensor Down { get; }

    /// <summary>B of each part, [out, rank], in the type that is computed with; owned by the buffers.</summary>
    public IReadOnlyList<Tensor> Ups { get; }

    /// <summary>
    /// A leaf that asks for a gradient while the terms are trained, so that what is computed from them does too; else null.
    /// </summary>
    public Tensor? Anchor => _buffers.Anchor;

    /// <summary>A number that grows whenever the values change.</summary>
    public long Version => _buffers.Version;

    /// <summary>The terms of some neighbouring outputs, counted from <paramref name="start"/>; null where no part lies there.</summary>
    /// <exception cref="ArgumentException">A part lies across a bound.</exception>
    public LowRank? Outputs(long start, long count)
    {
        LowRankPart[] inside = [.. Parts.Where(part => part.OutputStart < start + count && part.OutputStart + part.OutputCount > start)];
        if (inside.Any(part => part.OutputStart < start || part.OutputStart + part.OutputCount > start + count))
            throw new ArgumentException($"Outputs {start} to {start + count}: expected whole parts, got a part of one.", nameof(start));
        if (inside.Length == 0) return null;
        long before = Parts.TakeWhile(part => part != inside[0]).Sum(part => part.Rank);
        return new LowRank(_buffers, _downStart + (before * InputSize), InputSize,
            [.. inside.Select(part => part with { OutputStart = part.OutputStart - start })], Scale);
    }

    /// <summary>
    /// The B's of all parts as one matrix of blocks [<see cref="Rank"/>, out], zero elsewhere, so that the terms of a fused layer are one
    /// product; brought up to date in place. Owned by the buffers.
    /// </summary>
    /// <param name="outputs">Outputs of the layer.</param>
    public Tensor Blocks(long outputs)
    {
        if (_blocksVersion == Version) return _blocks!;
        using IDisposable none = no_grad();
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        _blocks ??= _buffers.Keep(zeros([Rank, outputs], Down.dtype, Down.device));
        long first = 0;
        for (int index = 0; index < Parts.Count; index++)
        {
            LowRankPart part = Parts[index];
            _blocks.narrow(0, first, part.Rank).narrow(1, part.OutputStart, part.OutputCount).copy_(Ups[index].t());
            first += part.Rank;
        }

        _blocksVersion = Version;
        return _blocks;
    }

    /// <summary>Adds the terms to y [n, out] in place, outside a graph.</summary>
    /// <returns>x Aᵀ of all parts, [n, <see cref="Rank"/>], in the caller's dispose scope.</returns>
    public Tensor AddTo(Tensor output, Tensor input)
    {
        Tensor inner = nn.functional.linear(input, Down);
        long first = 0;
        for (int index = 0; index < Parts.Count; index++)
        {
            LowRankPart part = Parts[index];
            using Tensor columns = output.narrow(1, part.OutputStart, part.OutputCount);
            using Tensor low = inner.narrow(1, first, part.Rank);
            using Tensor transposed = Ups[index].t();
            columns.addmm_(low, transposed, 1, (float)Scale);
            first += part.Rank;
        }

        return inner;
    }

    /// <summary>
    /// Adds the gradients of A's and B's to their buffers, and that of the input to <paramref name="ofInput"/>: with g the gradient of y
    /// and u = x Aᵀ, v = g B for each part: dB += s gᵀ u, dA += s vᵀ x, dx += s v A.
    /// </summary>
    /// <param name="gradient">g, [n, out].</param>
    /// <param name="input">x, [n, in].</param>
    /// <param name="inner">u, [n, <see cref="Rank"/>].</param>
    /// <param name="ofInput">dx, [n, in]; null where nobody asks.</param>
    public void Backward(Tensor gradient, Tensor input, Tensor inner, Tensor? ofInput)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        var reduced = new Tensor[Parts.Count];
        long first = 0;
        for (int index = 0; index < Parts.Count; index++)
        {
            LowRankPart part = Parts[index];
            Tensor columns = gradient.narrow(1, part.OutputStart, part.OutputCount);
            reduced[index] = columns.mm(Ups[index]);
            if (_buffers.Gradients is { } gradients)
                Accumulate(
                    _buffers.View(gradients, part.UpStart, [part.OutputCount, part.Rank]), columns.t(), inner.narrow(1, first, part.Rank));
            first += part.Rank;
        }

        Tensor all = reduced.Length == 1 ? reduced[0] : cat(reduced, 1);
        if (_buffers.Gradients is { } flat) Accumulate(_buffers.View(flat, _downStart, [Rank, InputSize]), all.t(), input);
        ofInput?.addmm_(all, Down, 1, (float)Scale);
    }

    /// <summary>
    /// y = x Wᵀ + terms on a GPU, outside a graph: the terms come first, so that the large product adds itself to them on its way to
    /// memory.
    /// </summary>
    /// <returns>y, and x Aᵀ of all parts, in the caller's dispose scope.</returns>
    public (Tensor Output, Tensor Inner) Product(Tensor input, Tensor weight)
    {
        Tensor inner = nn.functional.linear(input, Down);
        Tensor output = empty([input.size(0), weight.size(0)], input.dtype, input.device);
        using Tensor transposed = weight.t();
        output.addmm_(inner, Blocks(weight.size(0)), 0, (float)Scale).addmm_(input, transposed, 1, 1);
        return (output, inner);
    }

    /// <summary>
    /// What <see cref="Backward"/> does with the gradient of the product with W, on a GPU: one pass over g for all parts, and the gradient
    /// of the input as in <see cref="Product"/>.
    /// </summary>
    /// <param name="gradient">g, [n, out].</param>
    /// <param name="input">x, [n, in].</param>
    /// <param name="inner">u, [n, <see cref="Rank"/>].</param>
    /// <param name="weight">W, [out, in].</param>
    /// <param name="asked">Whether the gradient of the input is wanted.</param>
    /// <returns>dx, [n, in]; null where it is not wanted.</returns>
    public Tensor? ProductBackward(Tensor gradient, Tensor input, Tensor inner, Tensor weight, bool asked)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Tensor reduced = gradient.mm(Blocks(weight.size(0)).t());
        if (_buffers.Gradients is { } flat)
        {
            Accumulate(_buffers.View(flat, _downStart, [Rank, InputSize]), reduced.t(), input);
            Tensor ofBlocks = gradient.t().mm(inner);
            long first = 0;
            foreach (LowRankPart part in Parts)
            {
                Tensor block = ofBlocks.narrow(0, part.OutputStart, part.OutputCount).narrow(1, first, part.Rank);
                _buffers.View(flat, part.UpStart, [part.OutputCount, part.Rank]).add_(block, Scalars.Of(Scale));
                first += part.Rank;
            }
        }

        if (!asked) return null;
        Tensor ofInput = empty([gradient.size(0), InputSize], gradient.dtype, gradient.device);
        return ofInput.addmm_(reduced, Down, 0, (float)Scale).addmm_(gradient, weight, 1, 1).MoveToOuterDisposeScope();
    }

    // Gradients are kept in float32 where the products are computed in bfloat16.
    private void Accumulate(Tensor target, Tensor left, Tensor right)
    {
        if (target.dtype == left.dtype) target.addmm_(left, right, 1, (float)Scale);
        else target.add_(left.mm(right), Scalars.Of(Scale));
        target.Dispose();
    }
}

/// <summary>One target inside a linear layer.</summary>
/// <param name="OutputStart">First output that it adds to.</param>
/// <param name="OutputCount">Outputs: rows of B.</param>
/// <param name="Rank">Rows of A, columns of B.</param>
/// <param name="UpStart">Where B begins in the flat buffers.</param>
internal sealed record LowRankPart(long OutputStart, long OutputCount, long Rank, long UpStart);
