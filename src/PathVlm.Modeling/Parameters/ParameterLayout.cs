using PathVlm.Modeling.Configuration;

namespace PathVlm.Modeling.Parameters;

/// <summary>
/// Where each tensor lies in the flat buffer. Four sections follow each other: vision decayed, vision undecayed, text undecayed,
/// text decayed. So the trainable part is one range whether the vision tower is frozen or not, and each decay group is one range a tower.
/// Every block starts at a multiple of 16 values (64 bytes of float32); the gaps hold zeros for ever.
/// </summary>
internal sealed class ParameterLayout
{
    private const long Alignment = 16;
    private readonly Dictionary<string, (ParameterBlock Block, long Start)> _blocks = [];

    private ParameterLayout(IEnumerable<ParameterBlock> blocks)
    {
        ILookup<int, ParameterBlock> sections = blocks.ToLookup(block => SectionOf(block.Group, block.Decayed));
        var bounds = new ParameterRange[4];
        long next = 0;
        for (int section = 0; section < bounds.Length; section++)
        {
            long start = next;
            foreach (ParameterBlock block in sections[section])
            {
                _blocks.Add(block.Name, (block, next));
                next = checked((next + block.Count + Alignment - 1) / Alignment * Alignment);
            }

            bounds[section] = new ParameterRange(start, next - start);
        }

        Count = next;
        Sections = bounds;
    }

    /// <summary>Values in the flat buffer, gaps included.</summary>
    public long Count { get; }

    /// <summary>The four sections in the order given above.</summary>
    public IReadOnlyList<ParameterRange> Sections { get; }

    /// <summary>All blocks with their places.</summary>
    public IEnumerable<(ParameterBlock Block, long Start)> Blocks => _blocks.Values;

    /// <summary>The values between blocks, which belong to no parameter; none is empty.</summary>
    public IEnumerable<ParameterRange> Gaps => _blocks.Values
        .Select(entry => new ParameterRange(entry.Start + entry.Block.Count, (Alignment - (entry.Block.Count % Alignment)) % Alignment))
        .Where(gap => gap.Count > 0);

    /// <summary>The block of a name and its place.</summary>
    public (ParameterBlock Block, long Start) this[string name] => _blocks[name];

    /// <summary>The layout of a model.</summary>
    public static ParameterLayout Of(ModelConfiguration configuration) =>
        new(VisionBlocks(configuration.Vision).Concat(TextBlocks(configuration.Text)));

    private static int SectionOf(ParameterGroup group, bool decayed) => (group, decayed) switch
    {
        (ParameterGroup.Vision, true) => 0,
        (ParameterGroup.Vision, false) => 1,
        (ParameterGroup.Text, false) => 2,
        _ => 3,
    };

    private static IEnumerable<ParameterBlock> VisionBlocks(VisionConfiguration vision)
    {
        long width = vision.HiddenSize, inner = vision.IntermediateSize;
        long merged = width * vision.SpatialMergeSize * vision.SpatialMergeSize;
        long[] kernel = [width, vision.InputChannels, vision.TemporalPatchSize, vision.PatchSize, vision.PatchSize];
        yield return new("visual.patch_embed", [width, vision.PatchValues],
            [new("visual.patch_embed.proj.weight", kernel)], ParameterGroup.Vision, true);
        for (int index = 0; index < vision.Depth; index++)
        {
            string name = $"visual.blocks.{index}.";
            yield return VisionTensor(name + "norm1.weight", width);
            yield return VisionTensor(name + "norm2.weight", width);
            yield return VisionTensor(name + "attn.qkv.weight", 3 * width, width);
            yield return VisionTensor(name + "attn.qkv.bias", 3 * width);
            yield return VisionTensor(name + "attn.proj.weight", width, width);
            yield return VisionTensor(name + "attn.proj.bias", width);
            yield return new(name + "mlp.gate_up.weight", [2 * inner, width],
                [new(name + "mlp.gate_proj.weight", [inner, width]), new(name + "mlp.up_proj.weight", [inner, width])],
                ParameterGroup.Vision, true);
            yield return new(name + "mlp.gate_up.bias", [2 * inner],
                [new(name + "mlp.gate_proj.bias", [inner]), new(name + "mlp.up_proj.bias", [inner])], ParameterGroup.Vision, false);
            yield return VisionTensor(name + "mlp.down_proj.weight", width, inner);
            yield return VisionTensor(name + "mlp.down_proj.bias", width);
        }

        yield return VisionTensor("visual.merger.ln_q.weight", width);
        yield return VisionTensor("visual.merger.mlp.0.weight", merged, merged);
        yield return VisionTensor("visual.merger.mlp.0.bias", merged);
        yield return VisionTensor("visual.merger.mlp.2.weight", vision.OutputSize, merged);
        yield return VisionTensor("visual.merger.mlp.2.bias", vision.OutputSize);
    }

    private static IEnumerable<ParameterBlock> TextBlocks(TextConfiguration text)
    {
        long hidden = text.HiddenSize, inner = text.IntermediateSize;
        long queries = (long)text.HeadCount * text.HeadSize, keys = (long)text.KeyValueHeadCount * text.HeadSize;
        yield return TextTensor("model.embed_tokens.weight", true, text.VocabularySize, hidden);
        for (int index = 0; index < text.LayerCount; index++)
        {
            string name = $"model.layers.{index}.";
            string attention = name + "self_attn.";
            yield return TextTensor(name + "input_layernorm.weight", false, hidden);
            yield return TextTensor(name + "post_attention_layernorm.weight", false, hidden);
            yield return new(attention + "qkv.weight", [queries + 2 * keys, hidden],
                [new(attention + "q_proj.weight", [queries, hidden]), new(attention + "k_proj.weight", [keys, hidden]),
                    new(attention + "v_proj.weight", [keys, hidden])], ParameterGroup.Text, true);
            yield return new(attention + "qkv.bias", [queries + 2 * keys],
                [new(attention + "q_proj.bias", [queries]), new(attention + "k_proj.bias", [keys]),
                    new(attention + "v_proj.bias", [keys])], ParameterGroup.Text, false);
            yield return TextTensor(attention + "o_proj.weight", true, hidden, queries);
            yield return new(name + "mlp.gate_up.weight", [2 * inner, hidden],
                [new(name + "mlp.gate_proj.weight", [inner, hidden]), new(name + "mlp.up_proj.weight", [inner, hidden])],
                ParameterGroup.Text, true);
            yield return TextTensor(name + "mlp.down_proj.weight", true, hidden, inner);
        }

        yield return TextTensor("model.norm.weight", false, hidden);
        if (!text.TieWordEmbeddings) yield return TextTensor("lm_head.weight", true, text.VocabularySize, hidden);
    }

    private static ParameterBlock VisionTensor(string key, params long[] shape) =>
        new(key, shape, [new(key, shape)], ParameterGroup.Vision, !key.EndsWith(".bias", StringComparison.Ordinal));

    private static ParameterBlock TextTensor(string key, bool decayed, params long[] shape) =>
        new(key, shape, [new(key, shape)], ParameterGroup.Text, decayed);
}
