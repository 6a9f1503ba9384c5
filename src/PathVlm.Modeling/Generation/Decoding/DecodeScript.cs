using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>
/// All layers of a decode step as one call into TorchScript, in as few operations as there are results to keep: a step of a few rows takes
/// as long as its operations take to be asked for. Residuals, low-rank terms and the prompt's share of attention are added by the
/// products themselves. The rows of a prompt read its keys together, and one softmax runs over prompt and own keys.
/// </summary>
internal static class DecodeScript
{
    // Results go to out= where element-wise operations would follow each other: TorchScript would compile such a run anew for each length.
    // Batches of products are [key-value head, prompt or row], so that neither keys nor scores are moved.
    private const string Script = """
        def low_rank(output: Tensor, input: Tensor, low: List[Tensor], at: int, alpha: float):
            if low[at].size(0) > 0:
                output.addmm_(torch.linear(input, low[at]), low[at + 1], beta=1.0, alpha=alpha)
        def attend(all: Tensor, cosine: Tensor, sine: Tensor, own: Tensor, places: Tensor, prompts: Tensor, mask: Optional[Tensor],
                   heads: int, groups: int, longest: int, scale: float) -> Tensor:
            rows, size, capacity = all.size(0), own.size(4), own.size(3)
            half, repeat, count, length = size // 2, heads // groups, prompts.size(2), prompts.size(3)
            each = rows // count
            turned = torch.empty_like(all)
            torch.mul(all, cosine, out=turned)
            plain, result = all.narrow(1, 0, heads + groups), turned.narrow(1, 0, heads + groups)
            first, second = result.narrow(2, 0, half), result.narrow(2, half, half)
            torch.addcmul(first, plain.narrow(2, half, half), sine, value=-1, out=first)
            torch.addcmul(second, plain.narrow(2, 0, half), sine, value=1, out=second)
            news = turned.narrow(1, heads, 2 * groups).transpose(0, 1).reshape(-1, size)
            own.view(-1, size).index_copy_(0, places, news)
            query = turned.narrow(1, 0, heads).view(rows, groups, repeat, size).transpose(0, 1).reshape(groups * rows, repeat, size)
            keys = own.select(0, 0).view(groups * rows, capacity, size).narrow(1, 0, longest)
            values = own.select(0, 1).view(groups * rows, capacity, size).narrow(1, 0, longest)
            prompt_keys = prompts.select(0, 0).view(groups * count, length, size)
            prompt_values = prompts.select(0, 1).view(groups * count, length, size)
            scores = torch.empty([groups * rows, repeat, length + longest], dtype=all.dtype, device=all.device)
            of_prompt = scores.view(groups * count, each * repeat, length + longest).narrow(2, 0, length)
            scores.narrow(2, length, longest).baddbmm_(query, keys.transpose(1, 2), beta=0.0, alpha=scale)
            of_prompt.baddbmm_(query.view(groups * count, each * repeat, size), prompt_keys.transpose(1, 2), beta=0.0, alpha=scale)
            if mask is not None:
                by_row = scores.view(groups, rows, repeat, length + longest)
                torch.add(by_row, mask, out=by_row)
            weights = torch.softmax(scores, 2)
            attended = torch.bmm(weights.narrow(2, length, longest), values)
            of_prompt = weights.view(groups * count, each * repeat, length + longest).narrow(2, 0, length)
            attended.view(groups * count, each * repeat, size).baddbmm_(of_prompt, prompt_values, beta=1.0, alpha=1.0)
            return attended.view(groups, rows, repeat, size).transpose(0, 1).reshape(rows, heads * size)
        def gate(both: Tensor) -> Tensor:
            a, b = both.chunk(2, 1)
            active = torch.silu(a)
            return torch.mul(active, b, out=active)
        def norm(x: Tensor, w: Tensor, epsilon: float, fused: bool) -> Tensor:
            if fused:
                y, scale = torch._fused_rms_norm(x, [x.size(1)], w, epsilon)
                return y
            factor = torch.mean(torch.mul(x, x), [1], True)
            factor.add_(epsilon).rsqrt_()
            return torch.mul(x, factor).mul_(w)
        def step(hidden: Tensor, weights: List[Tensor], low: List[Tensor], own: List[Tensor], prompts: List[Tensor],
                 cosine: Tensor, sine: Tensor, places: Tensor, mask: Optional[Tensor],
                 heads: int, groups: int, longest: int, scale: float, alpha: float, epsilon: float, fused: bool) -> Tensor:
            rows, width = hidden.size(0), cosine.size(1)
            for i in range(len(own)):
                w, l = i * 7, i * 8
                normed = norm(hidden, weights[w], epsilon, fused)
                all = torch.linear(normed, weights[w + 1], weights[w + 2])
                if len(low) > 0:
                    low_rank(all, normed, low, l, alpha)
                attended = attend(all.view(rows, width, -1), cosine, sine, own[i], places, prompts[i], mask,
                                  heads, groups, longest, scale)
                hidden.addmm_(attended, weights[w + 3].t(), beta=1.0, alpha=1.0)
                if len(low) > 0:
                    low_rank(hidden, attended, low, l + 2, alpha)
                normed = norm(hidden, weights[w + 4], epsilon, fused)
                both = torch.linear(normed, weights[w + 5])
                if len(low) > 0:
                    low_rank(both, normed, low, l + 4, alpha)
                product = gate(both)
                hidden.addmm_(product, weights[w + 6].t(), beta=1.0, alpha=1.0)
                if len(low) > 0:
                    low_rank(hidden, product, low, l + 6, alpha)
            return hidden

        """; // The parser wants a line break at the end.

    private static readonly Lazy<jit.CompilationUnit> Unit = new(() => jit.compile(Script));

    /// <summary>Takes rows through all layers.</summary>
    /// <param name="hidden">Embedded newest tokens, a row a place [R, d]; overwritten.</param>
    /// <param name="weights">The layers.</param>
    /// <param name="memory">Keys and values of prompts and rows; those of the rows' newest tokens are written.</param>
    /// <param name="inputs">The step.</param>
    /// <param name="settings">Heads and sizes.</param>
    /// <returns>Hidden states before the final norm [R, d], in the caller's dispose scope.</returns>
    public static Tensor Step(Tensor hidden, DecodeWeights weights, DecodeMemory memory, StepInputs inputs, TextConfiguration settings) =>
        (Tensor)Unit.Value.invoke(
            "step", hidden, weights.Base, weights.LowRank, memory.Own, memory.Prompts, inputs.Cosine, inputs.Sine, inputs.Places,
            inputs.Mask!, settings.HeadCount, settings.KeyValueHeadCount, inputs.Longest,
            Scalars.Of(1 / Math.Sqrt(settings.HeadSize)), Scalars.Of(weights.Scale), Scalars.Of(settings.NormEpsilon),
            Layers.Kernels.CudaKernels.Serve(hidden));
}

/// <summary>What a decode step is given, on the device.</summary>
/// <param name="Cosine">Cosines for queries and keys, ones for values [R, H + 2 KV, D].</param>
/// <param name="Sine">Sines [R, 1, D/2].</param>
/// <param name="Places">Where new keys, then values go, counted in vectors of a layer's memory [2 KV R].</param>
/// <param name="Mask">0 at a place's keys, minus infinity beyond [1, R, 1, prompt + own]; null where nothing is hidden.</param>
/// <param name="Longest">Own keys that are read, the new ones included.</param>
internal sealed record StepInputs(Tensor Cosine, Tensor Sine, Tensor Places, Tensor? Mask, int Longest);
