using PathVlm.Modeling.Parameters;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>down(silu(gate x) * up x), gate and up as one product; with biases in the vision tower, without in the decoder.</summary>
internal sealed class GatedMlp
{
    private readonly AdaptedLinear gate_up;
    private readonly AdaptedLinear down_proj;

    /// <summary>An MLP of the weights under a prefix.</summary>
    /// <param name="parameters">The weights.</param>
    /// <param name="prefix">Where they stand: <c>model.layers.0.mlp.</c></param>
    /// <param name="biased">Whether both products have a bias.</param>
    /// <param name="adapters">Low-rank terms by layer name (<c>model.layers.0.mlp.gate_up</c>); null for none.</param>
    public GatedMlp(ParameterSet parameters, string prefix, bool biased, IReadOnlyDictionary<string, LowRank>? adapters = null)
    {
        gate_up = Layer("gate_up");
        down_proj = Layer("down_proj");

        AdaptedLinear Layer(string name) => new(
            parameters[prefix + name + ".weight"], biased ? parameters[prefix + name + ".bias"] : null,
            adapters?.GetValueOrDefault(prefix + name));
    }

    /// <summary>[n, D] -> [n, D].</summary>
    public Tensor Forward(Tensor input)
    {
        using Tensor both = gate_up.Forward(input);
        using Tensor product = is_grad_enabled() ? GateFunction.apply(both) : GateFunction.Product(both);
        return down_proj.Forward(product);
    }
}
