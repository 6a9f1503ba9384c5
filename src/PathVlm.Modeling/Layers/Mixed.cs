using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers;

/// <summary>Products of rows with weights that may be of a narrower type; such weights are widened, exactly, for the call.</summary>
internal static class Mixed
{
    // Weights that are widened at one time: 256 MiB of float32.
    private const long MostWidened = 1L << 26;

    /// <summary>x Wᵀ (+ b), [n, in] -> [n, out]; differentiable.</summary>
    /// <param name="input">[n, in].</param>
    /// <param name="weight">[out, in], of the input's type or a narrower one.</param>
    /// <param name="bias">[out], or null.</param>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor? bias = null)
    {
        if (weight.dtype == input.dtype) return nn.functional.linear(input, weight, bias);
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Tensor? added = bias?.to_type(input.dtype);
        if (weight.numel() <= MostWidened || is_grad_enabled())
            return nn.functional.linear(input, weight.to_type(input.dtype), added).MoveToOuterDisposeScope();
        Tensor output = empty([input.size(0), weight.size(0)], input.dtype, input.device);
        long step = Math.Max(1, MostWidened / weight.size(1));
        for (long start = 0; start < weight.size(0); start += step)
        {
            using TorchSharp.DisposeScope inner = NewDisposeScope();
            long count = Math.Min(step, weight.size(0) - start);
            output.narrow(1, start, count).copy_(nn.functional.linear(input, weight.narrow(0, start, count).to_type(input.dtype), added?.narrow(0, start, count)));
        }

        return output.MoveToOuterDisposeScope();
    }

    /// <summary>g W, [n, out] -> [n, in], outside a graph.</summary>
    /// <param name="gradient">[n, out].</param>
    /// <param name="weight">[out, in], of the gradient's type or a narrower one.</param>
    public static Tensor Product(Tensor gradient, Tensor weight)
    {
        if (weight.dtype == gradient.dtype) return gradient.mm(weight);
        using Tensor wide = weight.to_type(gradient.dtype);
        return gradient.mm(wide);
    }

    /// <summary>A weight in a type: a new handle of itself where it has it.</summary>
    public static Tensor In(Tensor weight, ScalarType type) => weight.dtype == type ? weight.alias() : weight.to_type(type);
}
