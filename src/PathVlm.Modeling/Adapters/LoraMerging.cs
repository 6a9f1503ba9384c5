using PathVlm.Modeling.Layers;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Adapters;

/// <summary>Merges an adapter into weights: W + s B A in float32 (float64 for float64 weights), rounded once to the weight's type.</summary>
internal static class LoraMerging
{
    /// <summary>Changes the weights in place, one at a time.</summary>
    /// <param name="weights">Weights under their published keys.</param>
    /// <param name="adapter">The adapter.</param>
    public static void Into(IReadOnlyDictionary<string, Tensor> weights, LoraAdapter adapter)
    {
        using var none = no_grad();
        double scale = adapter.Options.Scale;
        foreach ((LoraTarget target, Tensor down, Tensor up) in adapter.Pairs)
        {
            using var scope = NewDisposeScope();
            Tensor weight = weights[target.Name + ".weight"];
            Tensor wide = weight.to(down.dtype);
            Tensor product = up.to(weight.device).mm(down.to(weight.device));
            weight.copy_(wide.add(product, Scalars.Of(scale)));
        }
    }
}
