using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Adapters;

/// <summary>
/// Merges an adapter into weights: W + s B A in float32 (float64 for float64 weights), rounded once to the weight's type.
/// </summary>
internal static class LoraMerging
{
    /// <summary>Changes the weights in place, one at a time.</summary>
    /// <param name="weights">Weights under their published keys.</param>
    /// <param name="adapter">The adapter.</param>
    public static void Into(IReadOnlyDictionary<string, Tensor> weights, LoraAdapter adapter)
    {
        using IDisposable none = no_grad();
        double scale = adapter.Options.Scale;
        foreach ((LoraTarget target, Tensor down, Tensor up) in adapter.Pairs)
        {
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            Tensor weight = weights[target.Name + ".weight"];
            weight.copy_(Merged(weight, down, up, scale));
        }
    }

    /// <summary>
    /// A weight with the adapter merged into it, a new tensor in the current dispose scope; the weight itself where the adapter has no part
    /// in it.
    /// </summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="key">Published key of the weight.</param>
    /// <param name="weight">The weight.</param>
    public static Tensor Merged(LoraAdapter adapter, string key, Tensor weight)
    {
        using IDisposable none = no_grad();
        foreach ((LoraTarget target, Tensor down, Tensor up) in adapter.Pairs)
            if (key.Length == target.Name.Length + ".weight".Length && key.StartsWith(target.Name, StringComparison.Ordinal))
                return Merged(weight, down, up, adapter.Options.Scale);
        return weight;
    }

    private static Tensor Merged(Tensor weight, Tensor down, Tensor up, double scale)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Tensor product = up.to(weight.device).mm(down.to(weight.device));
        return weight.to(down.dtype).add(product, Scalars.Of(scale)).to(weight.dtype).MoveToOuterDisposeScope();
    }
}
