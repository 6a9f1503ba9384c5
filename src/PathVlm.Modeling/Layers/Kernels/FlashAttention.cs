using PathVlm.Modeling.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers.Kernels;

/// <summary>
/// libtorch's fused attention together with its log-sum-exp, and its backward. TorchSharp doesn't wrap either, but a compiled script
/// reaches them: here the CPU's, in <see cref="CudaKernels"/> those of CUDA. Where the CPU's script does not compile, and for float64 on
/// CUDA, plain operations do the same.
/// </summary>
internal static class FlashAttention
{
    private const string Script = """
        def forward(q: Tensor, k: Tensor, v: Tensor) -> Tuple[Tensor, Tensor]:
            o, l = torch._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, False)
            return o, l
        def forward_causal(q: Tensor, k: Tensor, v: Tensor) -> Tuple[Tensor, Tensor]:
            o, l = torch._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, True)
            return o, l
        def forward_masked(q: Tensor, k: Tensor, v: Tensor, m: Tensor) -> Tuple[Tensor, Tensor]:
            o, l = torch._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, False, attn_mask=m)
            return o, l
        def backward(g: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor, l: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
            return torch._scaled_dot_product_flash_attention_for_cpu_backward(g, q, k, v, o, l, 0.0, False)
        def backward_causal(g: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor, l: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
            return torch._scaled_dot_product_flash_attention_for_cpu_backward(g, q, k, v, o, l, 0.0, True)
        def backward_masked(g: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor, l: Tensor, m: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
            return torch._scaled_dot_product_flash_attention_for_cpu_backward(g, q, k, v, o, l, 0.0, False, attn_mask=m)

        """; // The parser wants a line break at the end.

    private static readonly Lazy<jit.CompilationUnit?> Compiled = new(Compile);

    /// <summary>Whether libtorch's kernel is reached on the CPU; false: plain operations stand in.</summary>
    internal static bool IsReachable => Compiled.Value is not null;

    /// <summary>Whether the kernel for these queries takes keys with fewer heads than the queries have.</summary>
    public static bool SharesKeys(Tensor query, bool masked) => CudaKernels.SharesKeys(query, masked);

    /// <summary>Attention and the log-sum-exp of its scores; neither enters a graph.</summary>
    /// <param name="query">[B, H, R, D], last stride 1.</param>
    /// <param name="key">
    /// [B, H, S, D], last stride 1; with fewer heads, each serving neighbouring query heads, where <see cref="SharesKeys"/>.
    /// </param>
    /// <param name="value">Like <paramref name="key"/>.</param>
    /// <param name="mask">Added to the scores, [B or 1, H or 1, R or 1, S]; or null.</param>
    /// <param name="causal">Row i sees keys 0 to i (R = S).</param>
    /// <returns>[B, H, R, D] and [B, H, R].</returns>
    public static (Tensor Output, Tensor LogSumExp) Forward(
        Tensor query, Tensor key, Tensor value, Tensor? mask = null, bool causal = false)
    {
        if (CudaKernels.Serve(query)) return CudaKernels.Attend(query, key, value, mask, causal);
        if (Unit(query) is not { } unit) return PlainForward(query, key, value, mask, causal);
        object result = mask is not null ? unit.invoke("forward_masked", query, key, value, mask)
            : unit.invoke(causal ? "forward_causal" : "forward", query, key, value);
        return ((Tensor, Tensor))result;
    }

    /// <summary>
    /// Gradients of query, key and value. <paramref name="output"/> and <paramref name="logSumExp"/> may be those of a softmax over
    /// more keys than these: the result is then these keys' share.
    /// </summary>
    public static (Tensor Query, Tensor Key, Tensor Value) Backward(
        Tensor gradient, Tensor query, Tensor key, Tensor value, Tensor output, Tensor logSumExp, Tensor? mask = null, bool causal = false)
    {
        if (CudaKernels.Serve(query)) return CudaKernels.AttendBackward(gradient, query, key, value, output, logSumExp, mask, causal);
        if (Unit(query) is not { } unit) return PlainBackward(gradient, query, key, value, output, logSumExp, mask, causal);
        object result = mask is not null ? unit.invoke("backward_masked", gradient, query, key, value, output, logSumExp, mask)
            : unit.invoke(causal ? "backward_causal" : "backward", gradient, query, key, value, output, logSumExp);
        return ((Tensor, Tensor, Tensor))result;
    }

    /// <summary>The same in plain operations.</summary>
    internal static (Tensor Output, Tensor LogSumExp) PlainForward(Tensor query, Tensor key, Tensor value, Tensor? mask, bool causal)
    {
        using Tensor scores = Scores(query, key, mask, causal);
        Tensor total = scores.logsumexp(-1, true);
        using Tensor weights = scores.sub(total).exp_();
        return (weights.matmul(value), total.squeeze(-1));
    }

    /// <summary>The same in plain operations.</summary>
    internal static (Tensor Query, Tensor Key, Tensor Value) PlainBackward(
        Tensor gradient, Tensor query, Tensor key, Tensor value, Tensor output, Tensor logSumExp, Tensor? mask, bool causal)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weights = Scores(query, key, mask, causal).sub_(logSumExp.unsqueeze(-1)).exp_();
        Tensor ofValue = weights.transpose(-2, -1).matmul(gradient);
        Tensor shift = gradient.mul(output).sum(-1, keepdim: true);
        Tensor ofScores = gradient.matmul(value.transpose(-2, -1))
            .sub_(shift).mul_(weights).mul_(Scalars.Of(1 / Math.Sqrt(query.size(-1))));
        Tensor ofQuery = ofScores.matmul(key);
        Tensor ofKey = ofScores.transpose(-2, -1).matmul(query);
        return (ofQuery.MoveToOuterDisposeScope(), ofKey.MoveToOuterDisposeScope(), ofValue.MoveToOuterDisposeScope());
    }

    private static Tensor Scores(Tensor query, Tensor key, Tensor? mask, bool causal)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = query.matmul(key.transpose(-2, -1)).mul_(Scalars.Of(1 / Math.Sqrt(query.size(-1))));
        if (mask is not null) scores = scores.add(mask, Scalars.One);
        if (causal)
        {
            Tensor hidden = ones(query.size(-2), key.size(-2), ScalarType.Bool, query.device).triu(1);
            scores = scores.masked_fill(hidden, Scalars.Of(double.NegativeInfinity));
        }

        return scores.MoveToOuterDisposeScope();
    }

    private static jit.CompilationUnit? Unit(Tensor query) => query.device_type == DeviceType.CPU ? Compiled.Value : null;

    private static jit.CompilationUnit? Compile()
    {
        try
        {
            return jit.compile(Script);
        }
        catch (System.Runtime.InteropServices.ExternalException)
        {
            return null;
        }
    }
}
