using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers.Kernels;

/// <summary>
/// The one place that calls libtorch's <c>scaled_dot_product_attention</c> (<see cref="FlashAttention"/> calls the fused kernel itself).
/// libtorch
/// has fused kernels and a slow one, and silently falls back to the slow one where the conditions of the others fail; here they are
/// checked,
/// on CUDA by asking libtorch which kernel it would choose.
/// </summary>
internal static class ScaledAttention
{
    /// <summary>softmax(q kᵀ / sqrt(D) + mask) v.</summary>
    /// <param name="query">[B, H, R, D], last stride 1.</param>
    /// <param name="key">[B, H, S, D], last stride 1.</param>
    /// <param name="value">[B, H, S, D], last stride 1.</param>
    /// <param name="mask">Added to the scores: [R, S] or [B or 1, H or 1, R, S], of the query's type, without gradient; or null.</param>
    /// <param name="causal">Row i sees keys 0 to i; only for R = S and no mask.</param>
    /// <returns>[B, H, R, D].</returns>
    /// <exception cref="InvalidOperationException">A condition of the fused kernel fails.</exception>
    public static Tensor Of(Tensor query, Tensor key, Tensor value, Tensor? mask = null, bool causal = false)
    {
        Require(query, nameof(query));
        Require(key, nameof(key));
        Require(value, nameof(value));
        if (query.size(3) != key.size(3) || key.size(3) != value.size(3))
            throw new InvalidOperationException(
                $"Fused attention: expected one head size, got {query.size(3)}, {key.size(3)}, {value.size(3)}.");
        if (mask is not null && (mask.requires_grad || (mask.dim() != 2 && mask.dim() != 4)))
            throw new InvalidOperationException(
                $"Fused attention: expected a mask of 2 or 4 dimensions without gradient, got {mask.dim()} dimensions.");
        if (causal && (mask is not null || query.size(2) != key.size(2)))
            throw new InvalidOperationException(
                $"Causal attention: expected as many keys as queries, got {key.size(2)} and {query.size(2)}.");
        if (CudaKernels.Serve(query) && !CudaKernels.ChoosesFused(query, key, value, mask, causal))
            throw new InvalidOperationException(
                $"Fused attention: expected queries that a kernel of this device serves, "
                + $"got [{string.Join(", ", query.shape)}] in {query.dtype}.");
        return nn.functional.scaled_dot_product_attention(query, key, value, mask, 0.0, causal);
    }

    private static void Require(Tensor tensor, string name)
    {
        if (tensor.dim() != 4 || tensor.stride(3) != 1)
            throw new InvalidOperationException(
                $"Fused attention: expected 4 dimensions for {name}, the last of stride 1, got {tensor.dim()}.");
    }
}
