using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>y = x Wᵀ (+ b).</summary>
internal static class Linear
{
    /// <summary>[n, in] -> [n, out]. Weights that are trained get their gradients in place (<see cref="LinearFunction"/>).</summary>
    /// <param name="input">[n, in].</param>
    /// <param name="weight">[out, in]; a whole parameter, not a slice of one.</param>
    /// <param name="bias">[out], or null.</param>
    /// <param name="valueUnused">Whether a graph node's output is there for its gradient alone and not computed.</param>
    public static Tensor Of(Tensor input, Tensor weight, Tensor? bias = null, bool valueUnused = false)
    {
        if (!is_grad_enabled() || !weight.is_leaf) return nn.functional.linear(input, weight, bias);
        return LinearFunction.apply(input, weight, bias!, new LinearFunction.Call(valueUnused, Interruption.Current));
    }
}
