using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>
/// A layer's part of a decode step between its projections, as one call into TorchScript: turns queries and keys, stores the new keys and
/// values, and attends to the prompt, which the rows of one prompt read together, and to the row's own keys, in one softmax.
/// </summary>
internal static class DecodeScript
{
    // Results go to out= where element-wise operations would follow each other: TorchScript would compile such a run anew for each length.
    private const string Script = """
        def attend(projected: Tensor, cosine: Tensor, sine: Tensor, keys: Tensor, values: Tensor, slots: Optional[Tensor],
            places: Tensor, mask: Optional[Tensor],
                   prompt_keys: Tensor, prompt_values: Tensor, prompt_mask: Optional[Tensor], row_at: Optional[Tensor],
                       place_of: Optional[Tensor],
                   heads: int, groups: int, longest: int, each: int, scale: float) -> Tensor:
            rows = projected.size(0)
            size = cosine.size(2)
            half = size // 2
            repeat = heads // groups
            prompts = prompt_keys.size(0)
            all = projected.view(rows, -1, size)
            plain = all.narrow(1, 0, heads + groups)
            turned = torch.mul(plain, cosine)
            sines = sine.narrow(2, 0, half)
            first = turned.narrow(2, 0, half)
            second = turned.narrow(2, half, half)
            torch.addcmul(first, plain.narrow(2, half, half), sines, value=-1, out=first)
            torch.addcmul(second, plain.narrow(2, 0, half), sines, value=1, out=second)
            keys.view(-1, size).index_copy_(0, places, turned.narrow(1, heads, groups).reshape(-1, size))
            values.view(-1, size).index_copy_(0, places, all.narrow(1, heads + groups, groups).reshape(-1, size))
            query = torch.mul(turned.narrow(1, 0, heads), scale).view(rows, groups, repeat, size)
            own_keys = keys.narrow(2, 0, longest)
            own_values = values.narrow(2, 0, longest)
            if slots is None:
                own_keys = own_keys.narrow(0, 0, rows)
                own_values = own_values.narrow(0, 0, rows)
            else:
                own_keys = own_keys.index_select(0, slots)
                own_values = own_values.index_select(0, slots)
            own = torch.matmul(query, own_keys.transpose(2, 3))
            if mask is not None:
                torch.add(own, mask, out=own)
            table = query
            if row_at is not None:
                table = query.index_select(0, row_at)
            folded = table.view(prompts, each, groups, repeat, size).transpose(1, 2).reshape(prompts, groups, each * repeat, size)
            scores = torch.matmul(folded, prompt_keys.transpose(2, 3))
            if prompt_mask is not None:
                torch.add(scores, prompt_mask, out=scores)
            length = scores.size(3)
            unfolded = scores.view(prompts, groups, each, repeat, length).transpose(1, 2).reshape(-1, groups, repeat, length)
            if place_of is not None:
                unfolded = unfolded.index_select(0, place_of)
            joined = torch.empty([rows, groups, repeat, length + longest], dtype=own.dtype, device=own.device)
            torch.cat([unfolded, own], 3, out=joined)
            weights = torch.softmax(joined, 3)
            of_own = torch.matmul(weights.narrow(3, length, longest), own_values)
            of_prompt = weights.narrow(3, 0, length)
            if row_at is not None:
                of_prompt = of_prompt.index_select(0, row_at)
            of_prompt = of_prompt.reshape(prompts, each, groups, repeat, length).transpose(1, 2).reshape(prompts, groups,
                each * repeat, length)
            attended = torch.matmul(of_prompt, prompt_values)
            attended = attended.view(prompts, groups, each, repeat, size).transpose(1, 2).reshape(-1, groups, repeat, size)
            if place_of is not None:
                attended = attended.index_select(0, place_of)
            torch.add(of_own, attended, out=of_own)
            return of_own.reshape(rows, heads * size)

        """; // The parser wants a line break at the end.

    private static readonly Lazy<jit.CompilationUnit> Unit = new(() => jit.compile(Script));

    /// <summary>Attends.</summary>
    /// <param name="projected">Queries, keys and values of each row, not turned [rows, (H + 2 KV) D].</param>
    /// <param name="turns">Turns of the rows.</param>
    /// <param name="keys">Own keys of all slots [slots, KV, capacity, D]; the rows' new ones are written.</param>
    /// <param name="values">Own values.</param>
    /// <param name="inputs">The step.</param>
    /// <param name="prompts">The layer's prompt keys and values.</param>
    /// <param name="settings">Heads and sizes.</param>
    /// <returns>[rows, H D], in the caller's dispose scope.</returns>
    public static Tensor Attend(
        Tensor projected, Rotary turns, Tensor keys, Tensor values, StepInputs inputs, PromptMemory prompts, TextConfiguration settings) =>
        (Tensor)Unit.Value.invoke(
            "attend", projected, turns.Cosine, turns.Sine, keys, values, inputs.Slots!, inputs.Places, inputs.Mask!,
            prompts.Keys, prompts.Values, (prompts.Grid.IsPadded ? prompts.Grid.Mask : null)!, prompts.Grid.RowAt!, prompts.Grid.PlaceOf!,
            settings.HeadCount, settings.KeyValueHeadCount, inputs.Longest, prompts.Grid.CompletionsPerPrompt,
            Scalars.Of(1 / Math.Sqrt(settings.HeadSize)));
}
