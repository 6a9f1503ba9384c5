using PathVlm.Modeling.Configuration;

namespace PathVlm.Modeling.Checkpoints;

/// <summary>
/// Which tensors a checkpoint holds, derived from its settings alone. The one table that reading, writing and counting share.
/// </summary>
public static class CheckpointTable
{
    /// <summary>Key of the embedding table.</summary>
    public const string EmbeddingsKey = "model.embed_tokens.weight";

    /// <summary>Key of the head; absent from the table where the head shares the embedding table.</summary>
    public const string HeadKey = "lm_head.weight";

    /// <summary>The tensors, in the order of the forward pass: vision tower, embeddings, decoder, head.</summary>
    /// <param name="configuration">Settings of the model.</param>
    /// <returns>Keys of the published flat layout, with shapes.</returns>
    public static IReadOnlyList<TensorSpecification> Of(ModelConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return [.. VisionTensors(configuration.Vision), .. TextTensors(configuration.Text)];
    }

    /// <summary>Counts the parameters of a model, from its settings alone.</summary>
    /// <param name="configuration">Settings of the model.</param>
    /// <returns>The counts.</returns>
    public static ParameterCounts Count(ModelConfiguration configuration)
    {
        IReadOnlyList<TensorSpecification> tensors = Of(configuration);
        return new ParameterCounts(
            tensors.Sum(tensor => tensor.ElementCount),
            tensors.Where(tensor => tensor.IsVision).Sum(tensor => tensor.ElementCount),
            tensors.Single(tensor => tensor.Key == EmbeddingsKey).ElementCount);
    }

    private static IEnumerable<TensorSpecification> VisionTensors(VisionConfiguration vision)
    {
        long width = vision.HiddenSize, inner = vision.IntermediateSize;
        long merged = width * vision.SpatialMergeSize * vision.SpatialMergeSize;
        yield return new("visual.patch_embed.proj.weight",
            [width, vision.InputChannels, vision.TemporalPatchSize, vision.PatchSize, vision.PatchSize]);
        for (int index = 0; index < vision.Depth; index++)
        {
            string block = $"visual.blocks.{index}.";
            yield return new(block + "norm1.weight", [width]);
            yield return new(block + "norm2.weight", [width]);
            foreach (TensorSpecification tensor in Linear(block + "attn.qkv", 3 * width, width)
                .Concat(Linear(block + "attn.proj", width, width)))
                yield return tensor;
            foreach (TensorSpecification tensor in Linear(block + "mlp.gate_proj", inner, width)
                .Concat(Linear(block + "mlp.up_proj", inner, width)).Concat(Linear(block + "mlp.down_proj", width, inner)))
                yield return tensor;
        }

        yield return new("visual.merger.ln_q.weight", [width]);
        foreach (TensorSpecification tensor in Linear("visual.merger.mlp.0", merged, merged)
            .Concat(Linear("visual.merger.mlp.2", vision.OutputSize, merged)))
            yield return tensor;
    }

    private static IEnumerable<TensorSpecification> TextTensors(TextConfiguration text)
    {
        long width = text.HiddenSize, inner = text.IntermediateSize, keys = (long)text.KeyValueHeadCount * text.HeadSize;
        yield return new(EmbeddingsKey, [text.VocabularySize, width]);
        for (int index = 0; index < text.LayerCount; index++)
        {
            string layer = $"model.layers.{index}.";
            yield return new(layer + "input_layernorm.weight", [width]);
            foreach (TensorSpecification tensor in Linear(layer + "self_attn.q_proj", width, width)
                .Concat(Linear(layer + "self_attn.k_proj", keys, width)).Concat(Linear(layer + "self_attn.v_proj", keys, width)))
                yield return tensor;
            yield return new(layer + "self_attn.o_proj.weight", [width, width]);
            yield return new(layer + "post_attention_layernorm.weight", [width]);
            yield return new(layer + "mlp.gate_proj.weight", [inner, width]);
            yield return new(layer + "mlp.up_proj.weight", [inner, width]);
            yield return new(layer + "mlp.down_proj.weight", [width, inner]);
        }

        yield return new("model.norm.weight", [width]);
        if (!text.TieWordEmbeddings)
            yield return new(HeadKey, [text.VocabularySize, width]);
    }

    private static IEnumerable<TensorSpecification> Linear(string name, long output, long input) =>
        [new(name + ".weight", [output, input]), new(name + ".bias", [output])];
}
