using PathVlm.Modeling.Parameters;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>down(silu(gate x) * up x), gate and up as one product; with biases in the vision tower, without in the decoder.</summary>
internal sealed class GatedMlp
{
    private readonly Tensor gate_up;
    private readonly Tensor? gate_up_bias;
    private readonly Tensor down_proj;
    private readonly Tensor? down_proj_bias;

    public GatedMlp(ParameterSet parameters, string prefix, bool biased)
    {
        gate_up = parameters[prefix + "gate_up.weight"];
        down_proj = parameters[prefix + "down_proj.weight"];
        if (!biased) return;
        gate_up_bias = parameters[prefix + "gate_up.bias"];
        down_proj_bias = parameters[prefix + "down_proj.bias"];
    }

    /// <summary>[n, D] -> [n, D].</summary>
    public Tensor Forward(Tensor input)
    {
        using Tensor both = Linear.Of(input, gate_up, gate_up_bias);
        using Tensor product = is_grad_enabled() ? GateFunction.apply(both) : GateFunction.Product(both);
        return Linear.Of(product, down_proj, down_proj_bias);
    }
}
