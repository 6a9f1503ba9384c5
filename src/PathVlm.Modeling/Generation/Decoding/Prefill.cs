using PathVlm.Modeling.Sequences;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>Takes prompts through the model in one packed pass and keeps their keys and values.</summary>
internal static class Prefill
{
    /// <summary>Runs the pass.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">The prompts; 1 or more.</param>
    /// <returns>The prompts' states, and the logits after each [prompts, V], float32, owned by the caller's dispose scope.</returns>
    public static (PromptState[] States, Tensor Logits) Run(Qwen25VlModel model, IReadOnlyList<GenerationPrompt> prompts)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        var builder = new PackedSequencesBuilder(model.Configuration);
        foreach (GenerationPrompt prompt in prompts)
            builder.AddPrompt(prompt.TokenIds, prompt.Grids);
        using PackedSequences packed = builder.Build(model.Device);
        Tensor[] features = [.. prompts.Select(prompt => prompt.ImageFeatures).OfType<Tensor>()];
        Tensor? joined = features.Length switch { 0 => null, 1 => features[0], _ => cat(features, 0) };
        int layers = model.Configuration.Text.LayerCount;
        PromptState[] states =
            [.. packed.Segments.Select((segment, index) => new PromptState(segment.Length, packed.NextPositions[index], layers))];
        ForwardRows last = ForwardRows.Of(packed.Segments.Select(segment => new RowRange(segment.End - 1, 1)));
        Tensor hidden = model.Decoder.Forward(packed, joined, last, (layer, keys, values) =>
        {
            for (int index = 0; index < states.Length; index++)
            {
                states[index].Keys[layer] = Own(keys, packed.Segments[index]);
                states[index].Values[layer] = Own(values, packed.Segments[index]);
            }
        });
        model.Counters.TrunkRows += packed.TokenCount;
        return (states, model.Logits(hidden).to_type(ScalarType.Float32).MoveToOuterDisposeScope());
    }

    /// <summary>
    /// Runs one pass in which every prompt has the numbers of a pass of its own, wherever products give a row the same numbers whatever
    /// rows stand beside it.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">The prompts; 2 or more.</param>
    /// <returns>Their states, and the logits after each [1, V], float32, owned by the caller's dispose scope.</returns>
    public static (PromptState[] States, Tensor[] Logits) RunTogether(Qwen25VlModel model, IReadOnlyList<GenerationPrompt> prompts)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        var builder = new PackedSequencesBuilder(model.Configuration);
        foreach (GenerationPrompt prompt in prompts)
            builder.AddPrompt(prompt.TokenIds, prompt.Grids);
        using PackedSequences packed = builder.Build(model.Device);
        Tensor[] features = [.. prompts.Select(prompt => prompt.ImageFeatures).OfType<Tensor>()];
        int layers = model.Configuration.Text.LayerCount;
        PromptState[] states =
            [.. packed.Segments.Select((segment, index) => new PromptState(segment.Length, packed.NextPositions[index], layers))];
        Tensor[] hidden = model.Decoder.ForwardPrompts(
            packed, features.Length == 0 ? null : cat(features, 0), (layer, prompt, keys, values) =>
            {
                states[prompt].Keys[layer] = Own(keys);
                states[prompt].Values[layer] = Own(values);
            });
        model.Counters.TrunkRows += packed.TokenCount;
        return (states, [.. hidden.Select(row => model.Logits(row).to_type(ScalarType.Float32).MoveToOuterDisposeScope())]);
    }

    // [T, KV, D] -> the segment's [KV, length, D].
    private static Tensor Own(Tensor all, PackedSegment segment)
    {
        using Tensor rows = all.narrow(0, segment.Start, segment.Length);
        return Own(rows);
    }

    private static Tensor Own(Tensor rows)
    {
        using Tensor byHead = rows.transpose(0, 1);
        return empty(byHead.shape, rows.dtype, rows.device).copy_(byHead).DetachFromDisposeScope();
    }
}
