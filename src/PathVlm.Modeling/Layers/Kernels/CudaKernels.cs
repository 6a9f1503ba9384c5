using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Layers.Kernels;

/// <summary>
/// libtorch's fused CUDA kernels that TorchSharp does not wrap, reached through TorchScript: attention with its log-sum-exp and its
/// backward, RMS norm, and the parts of a gated MLP as few passes over memory. A script that does not compile ends the process, so nothing
/// here may be asked of a libtorch before 2.10, which the check of its symbols refuses. Results go to <c>out=</c> where two element-wise
/// operations would follow each other: TorchScript would compile such a pair anew for every shape.
/// </summary>
internal static class CudaKernels
{
    // An argument that is "Tensor" in the operator's schema and may be undefined has no literal in TorchScript; the bias gradient that a
    // layer norm was not asked for is one.
    private const string Script = """
        def undefined() -> Tensor:
            a = torch.zeros([1, 1])
            x, none, y = torch.native_layer_norm_backward(a, a, [1], a, a, None, None, [True, False, False])
            return none
        def flash(q: Tensor, k: Tensor, v: Tensor, causal: bool) -> Tuple[Tensor, Tensor]:
            o, l, cq, ck, mq, mk, seed, unused, m = torch._scaled_dot_product_flash_attention(q, k, v, 0.0, causal, False)
            return o, l
        def flash_backward(g: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor, l: Tensor, causal: bool,
            tiny: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
            to, tl, cq, ck, mq, mk, seed, unused, m = torch._scaled_dot_product_flash_attention(tiny, tiny, tiny, 0.0, False, False)
            return torch._scaled_dot_product_flash_attention_backward(g, q, k, v, o, l, cq, ck, q.size(2), k.size(2), 0.0, causal,
                seed, unused)
        def efficient(q: Tensor, k: Tensor, v: Tensor, bias: Optional[Tensor], causal: bool) -> Tuple[Tensor, Tensor]:
            o, l, seed, offset = torch._scaled_dot_product_efficient_attention(q, k, v, bias, True, 0.0, causal)
            return o, l.narrow(2, 0, q.size(2))
        def efficient_backward(g: Tensor, q: Tensor, k: Tensor, v: Tensor, bias: Optional[Tensor], o: Tensor, l: Tensor, causal: bool,
            tiny: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
            to, tl, seed, offset = torch._scaled_dot_product_efficient_attention(tiny, tiny, tiny, None, True, 0.0, False)
            mask = undefined()
            if bias is not None:
                mask = bias
            rows = q.size(2)
            padded = torch.constant_pad_nd(l, [0, (32 - rows % 32) % 32]).contiguous()
            a, b, c, m = torch._scaled_dot_product_efficient_attention_backward(g, q, k, v, mask, o, padded, seed, offset, 0.0, [True,
                True, True, False], causal)
            return a, b, c
        def choice(q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], causal: bool) -> int:
            return torch._fused_sdp_choice(q, k, v, mask, 0.0, causal)
        def norm(x: Tensor, w: Tensor, epsilon: float) -> Tuple[Tensor, Tensor]:
            return torch._fused_rms_norm(x, [x.size(1)], w, epsilon)
        def norm_backward(g: Tensor, x: Tensor, scale: Tensor, w: Tensor, trained: bool) -> Tuple[Tensor, Tensor]:
            a, b = torch._fused_rms_norm_backward(g, x, [x.size(1)], scale, w, [True, trained])
            if not trained:
                b = a
            return a, b
        def gate(both: Tensor) -> Tensor:
            a, b = both.chunk(2, 1)
            active = torch.silu(a)
            return torch.mul(active, b, out=active)
        def gate_backward(g: Tensor, both: Tensor) -> Tensor:
            a, b = both.chunk(2, 1)
            result = torch.empty_like(both)
            of_a, of_b = result.chunk(2, 1)
            torch.mul(torch.silu(a), g, out=of_b)
            torch.silu_backward(torch.mul(b, g), a, grad_input=of_a)
            return result
        def gate_pair(a: Tensor, b: Tensor) -> Tensor:
            active = torch.silu(a)
            return torch.mul(active, b, out=active)
        def gate_pair_backward(g: Tensor, a: Tensor, b: Tensor) -> Tuple[Tensor, Tensor]:
            of_a, of_b = torch.empty_like(a), torch.empty_like(b)
            torch.mul(torch.silu(a), g, out=of_b)
            torch.mul(b, g, out=of_a)
            torch.silu_backward(of_a, a, grad_input=of_a)
            return of_a, of_b

        """; // The parser wants a line break at the end.

    private const long FlashHeadUnit = 8, LargestHead = 256, MaskUnit = 16, TinyHead = 64;
    private static readonly Lazy<jit.CompilationUnit> Unit = new(() => jit.compile(Script));
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<(int Device, ScalarType Type), Tensor> TinyInputs = new();

    /// <summary>
    /// Whether the fused kernels take tensors of this kind: on CUDA, in 32 or 16 bits. Other types have plain operations.
    /// </summary>
    public static bool Serve(Tensor tensor) =>
        tensor.device_type == DeviceType.CUDA && tensor.dtype is ScalarType.Float32 or ScalarType.BFloat16 or ScalarType.Float16;

    /// <summary>Whether attention takes fewer key-value heads than query heads without copying keys.</summary>
    public static bool SharesKeys(Tensor query, bool masked) => Serve(query) && UsesFlash(query, masked);

    /// <summary>Attention and its log-sum-exp: see <see cref="FlashAttention.Forward"/>.</summary>
    public static (Tensor Output, Tensor LogSumExp) Attend(Tensor query, Tensor key, Tensor value, Tensor? mask, bool causal)
    {
        Require(query);
        return ((Tensor, Tensor))(UsesFlash(query, mask is not null)
            ? Unit.Value.invoke("flash", query, key, value, causal)
            : Unit.Value.invoke("efficient", query, key, value, Whole(mask, query, key)!, causal));
    }

    /// <summary>Its backward: see <see cref="FlashAttention.Backward"/>.</summary>
    public static (Tensor Query, Tensor Key, Tensor Value) AttendBackward(
        Tensor gradient, Tensor query, Tensor key, Tensor value, Tensor output, Tensor logSumExp, Tensor? mask, bool causal)
    {
        Tensor tiny = TinyInputs.GetOrAdd(
            (query.device_index, query.dtype), _ => zeros([1, 1, 8, TinyHead], query.dtype, query.device).DetachFromDisposeScope());
        return ((Tensor, Tensor, Tensor))(UsesFlash(query, mask is not null)
            ? Unit.Value.invoke("flash_backward", gradient, query, key, value, output, logSumExp, causal, tiny)
            : Unit.Value.invoke(
                "efficient_backward", gradient, query, key, value, Whole(mask, query, key)!, output, logSumExp, causal, tiny));
    }

    /// <summary>Whether libtorch's own choice for these inputs is a fused kernel; it takes the slow one without telling.</summary>
    public static bool ChoosesFused(Tensor query, Tensor key, Tensor value, Tensor? mask, bool causal)
    {
        using Scalar chosen = (Scalar)Unit.Value.invoke("choice", query, key, value, mask!, causal);
        return chosen.ToInt32() != 0;
    }

    /// <summary>x / sqrt(mean(x²) + epsilon) * weight and the scale [n, 1], in one pass, sums in float32.</summary>
    public static (Tensor Output, Tensor Scale) Normalise(Tensor input, Tensor weight, double epsilon) =>
        ((Tensor, Tensor))Unit.Value.invoke("norm", input, weight, Numerics.Scalars.Of(epsilon));

    /// <summary>Its backward; the weight's gradient where it is trained.</summary>
    public static (Tensor Input, Tensor? Weight) NormaliseBackward(Tensor gradient, Tensor input, Tensor scale, Tensor weight)
    {
        bool trained = weight.requires_grad;
        (Tensor ofInput, Tensor ofWeight) = ((Tensor, Tensor))Unit.Value.invoke("norm_backward", gradient, input, scale, weight, trained);
        if (trained) return (ofInput, ofWeight);
        ofWeight.Dispose();
        return (ofInput, null);
    }

    /// <summary>silu(a) * b of the halves of [n, 2 I].</summary>
    public static Tensor Gate(Tensor both) => (Tensor)Unit.Value.invoke("gate", both);

    /// <summary>Its backward, written into the halves of one tensor.</summary>
    public static Tensor GateBackward(Tensor gradient, Tensor both) => (Tensor)Unit.Value.invoke("gate_backward", gradient, both);

    /// <summary>silu(a) * b.</summary>
    public static Tensor GatePair(Tensor gate, Tensor up) => (Tensor)Unit.Value.invoke("gate_pair", gate, up);

    /// <summary>Its backward: the gradients of a and b.</summary>
    public static (Tensor Gate, Tensor Up) GatePairBackward(Tensor gradient, Tensor gate, Tensor up) =>
        ((Tensor, Tensor))Unit.Value.invoke("gate_pair_backward", gradient, gate, up);

    private static bool UsesFlash(Tensor query, bool masked) => query.dtype != ScalarType.Float32 && !masked;

    private static void Require(Tensor query)
    {
        long size = query.size(3), unit = query.dtype == ScalarType.Float32 ? FlashHeadUnit / 2 : FlashHeadUnit;
        if (size % unit != 0 || size > LargestHead)
            throw new InvalidOperationException(
                $"Fused CUDA attention in {query.dtype}: expected a head size divisible by {unit}, at most {LargestHead}; got {size}.");
    }

    /// <summary>A mask as the kernel reads it: of all rows and heads, its rows at multiples of 16 values.</summary>
    private static Tensor? Whole(Tensor? mask, Tensor query, Tensor key)
    {
        if (mask is null) return null;
        long keys = mask.size(-1), padded = (keys + MaskUnit - 1) / MaskUnit * MaskUnit;
        Tensor wide = mask.dim() == 2 ? mask.unsqueeze(0).unsqueeze(0) : mask;
        Tensor aligned = zeros([wide.size(0), wide.size(1), wide.size(2), padded], wide.dtype, wide.device).narrow(3, 0, keys).copy_(wide);
        return aligned.expand(query.size(0), query.size(1), query.size(2), key.size(2));
    }
}
