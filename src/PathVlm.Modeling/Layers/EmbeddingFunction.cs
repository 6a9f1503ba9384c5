using PathVlm.Modeling.Layers.Kernels;
using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>
/// Rows of an embedding table. The gradient is added to the rows of the table's gradient buffer in place, where there is one: no tensor
/// as large as the table is made. Inputs: table [V, D], ids [n].
/// </summary>
internal sealed class EmbeddingFunction : autograd.SingleTensorFunction<EmbeddingFunction>
{
    /// <inheritdoc/>
    public override string Name => nameof(EmbeddingFunction);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (Tensor table, Tensor ids) = ((Tensor)vars[0], (Tensor)vars[1]);
        ctx.save_for_backward([table, ids]);
        return table.index_select(0, ids);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor gradient)
    {
        using BackwardCall call = new(ctx, gradient);
        Tensor? existing = call.Saved[0].grad;
        Tensor table = existing ?? zeros_like(call.Saved[0]);
        table.index_add_(0, call.Saved[1], gradient, Scalars.One);
        return call.Return(existing is null ? table : null, null);
    }
}
