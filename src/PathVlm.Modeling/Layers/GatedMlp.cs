using PathVlm.Modeling.Layers.Kernels;
using PathVlm.Modeling.Parameters;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>down(silu(gate x) * up x), gate and up as one product; with biases in the vision tower, without in the decoder.</summary>
internal sealed class GatedMlp
{
    private readonly AdaptedLinear gate_up;
    private readonly AdaptedLinear down_proj;
    private readonly LowRank? _ofGate, _ofUp;

    /// <summary>An MLP of the weights under a prefix.</summary>
    /// <param name="parameters">The weights.</param>
    /// <param name="prefix">Where they stand: <c>model.layers.0.mlp.</c></param>
    /// <param name="biased">Whether both products have a bias.</param>
    /// <param name="adapters">Low-rank terms by layer name (<c>model.layers.0.mlp.gate_up</c>); null for none.</param>
    public GatedMlp(ParameterSet parameters, string prefix, bool biased, IReadOnlyDictionary<string, LowRank>? adapters = null)
    {
        gate_up = Layer("gate_up");
        down_proj = Layer("down_proj");
        long half = gate_up.Weight.size(0) / 2;
        (_ofGate, _ofUp) = (gate_up.Adapter?.Outputs(0, half), gate_up.Adapter?.Outputs(half, half));

        AdaptedLinear Layer(string name) => new(
            parameters[prefix + name + ".weight"], biased ? parameters[prefix + name + ".bias"] : null,
            adapters?.GetValueOrDefault(prefix + name));
    }

    /// <summary>[n, D] -> [n, D].</summary>
    /// <param name="input">[n, D].</param>
    /// <param name="valueUnused">Whether the output is there for its gradient alone, so that its last product is left out.</param>
    public Tensor Forward(Tensor input, bool valueUnused = false)
    {
        if (CudaKernels.Serve(input) && !(is_grad_enabled() && gate_up.Weight.requires_grad)) return ForwardApart(input, valueUnused);
        using Tensor both = gate_up.Forward(input);
        using Tensor product = is_grad_enabled() ? GateFunction.apply(both) : GateFunction.Product(both);
        return down_proj.Forward(product, valueUnused);
    }

    // Gate and up as two products, where no gradient of their fused weight is asked for: see GatePairFunction.
    private Tensor ForwardApart(Tensor input, bool valueUnused)
    {
        using Tensor gate = Half(0, _ofGate), up = Half(1, _ofUp);
        using Tensor product = is_grad_enabled() ? GatePairFunction.apply(gate, up) : CudaKernels.GatePair(gate, up);
        return down_proj.Forward(product, valueUnused);

        Tensor Half(int index, LowRank? adapter)
        {
            long half = gate_up.Weight.size(0) / 2;
            using Tensor weight = gate_up.Weight.narrow(0, index * half, half);
            using Tensor? bias = gate_up.Bias?.narrow(0, index * half, half);
            return new AdaptedLinear(weight, bias, adapter).Forward(input);
        }
    }
}
