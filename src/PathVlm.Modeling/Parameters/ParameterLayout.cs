using PathVlm.Modeling.Checkpoints;
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

    // Each block: its name, and the tensors it joins where it is not one of the checkpoint's own.
    private static readonly string[][] VisionLayer =
    [
        ["norm1.weight"], ["norm2.weight"], ["attn.qkv.weight"], ["attn.qkv.bias"], ["attn.proj.weight"], ["attn.proj.bias"],
        ["mlp.gate_up.weight", "mlp.gate_proj.weight", "mlp.up_proj.weight"],
        ["mlp.gate_up.bias", "mlp.gate_proj.bias", "mlp.up_proj.bias"],
        ["mlp.down_proj.weight"], ["mlp.down_proj.bias"],
    ];

    private static readonly string[][] Merger = [["ln_q.weight"], ["mlp.0.weight"], ["mlp.0.bias"], ["mlp.2.weight"], ["mlp.2.bias"]];

    private static readonly string[][] TextLayer =
    [
        ["input_layernorm.weight"], ["post_attention_layernorm.weight"],
        ["self_attn.qkv.weight", "self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight"],
        ["self_attn.qkv.bias", "self_attn.q_proj.bias", "self_attn.k_proj.bias", "self_attn.v_proj.bias"],
        ["self_attn.o_proj.weight"], ["mlp.gate_up.weight", "mlp.gate_proj.weight", "mlp.up_proj.weight"], ["mlp.down_proj.weight"],
    ];

    private readonly Dictionary<string, (ParameterBlock Block, long Start)> _blocks = [];

    private ParameterLayout(IEnumerable<ParameterBlock> blocks)
    {
        ILookup<int, ParameterBlock> sections = blocks.ToLookup(SectionOf);
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
    public static ParameterLayout Of(ModelConfiguration configuration)
    {
        Dictionary<string, TensorSpecification> table = CheckpointTable.Of(configuration)
            .ToDictionary(tensor => tensor.Key, StringComparer.Ordinal);
        return new ParameterLayout(Names(configuration, table)
            .Select(block => new ParameterBlock(block.Name, [.. block.Keys.Select(key => table[key])])));
    }

    private static int SectionOf(ParameterBlock block) => (block.IsVision, block.Decayed) switch
    {
        (true, true) => 0,
        (true, false) => 1,
        (false, false) => 2,
        _ => 3,
    };

    // Blocks in the order of the flat buffer, by the keys of their parts; shapes come from the table.
    private static IEnumerable<(string Name, string[] Keys)> Names(
        ModelConfiguration configuration, Dictionary<string, TensorSpecification> table)
    {
        yield return ("visual.patch_embed", ["visual.patch_embed.proj.weight"]);
        for (int index = 0; index < configuration.Vision.Depth; index++)
            foreach ((string Name, string[] Keys) block in Layer($"visual.blocks.{index}.", VisionLayer))
                yield return block;
        foreach ((string Name, string[] Keys) block in Layer("visual.merger.", Merger))
            yield return block;
        yield return (CheckpointTable.EmbeddingsKey, [CheckpointTable.EmbeddingsKey]);
        for (int index = 0; index < configuration.Text.LayerCount; index++)
            foreach ((string Name, string[] Keys) block in Layer($"model.layers.{index}.", TextLayer))
                yield return block;
        yield return ("model.norm.weight", ["model.norm.weight"]);
        if (table.ContainsKey(CheckpointTable.HeadKey))
            yield return (CheckpointTable.HeadKey, [CheckpointTable.HeadKey]);
    }

    private static IEnumerable<(string Name, string[] Keys)> Layer(string prefix, string[][] blocks) => blocks.Select(block =>
        (prefix + block[0], block.Length == 1 ? [prefix + block[0]] : block[1..].Select(part => prefix + part).ToArray()));
}
