using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>A linear layer with the low-rank terms of an adapter, where it has some.</summary>
/// <param name="weight">[out, in].</param>
/// <param name="bias">[out], or null.</param>
/// <param name="adapter">Its low-rank terms, or null.</param>
internal sealed class AdaptedLinear(Tensor weight, Tensor? bias, LowRank? adapter)
{
    /// <summary>The weight, [out, in].</summary>
    public Tensor Weight => weight;

    /// <summary>The bias [out], or null.</summary>
    public Tensor? Bias => bias;

    /// <summary>The low-rank terms, or null.</summary>
    public LowRank? Adapter => adapter;

    /// <summary>[n, in] -> [n, out], in the caller's dispose scope.</summary>
    /// <param name="input">[n, in].</param>
    /// <param name="valueUnused">
    /// Whether the output is there for its gradient alone, so that the product of a graph node is left out and its values are not to be
    /// read.
    /// </param>
    public Tensor Forward(Tensor input, bool valueUnused = false)
    {
        if (adapter is null) return Linear.Of(input, weight, bias, valueUnused);
        if (is_grad_enabled())
        {
            var call = new LowRankFunction.Call(adapter, valueUnused);
            return LowRankFunction.apply(input, adapter.Anchor!, weight, bias!, call);
        }

        Tensor output = nn.functional.linear(input, weight, bias);
        using Tensor inner = adapter.AddTo(output, input);
        return output;
    }
}
