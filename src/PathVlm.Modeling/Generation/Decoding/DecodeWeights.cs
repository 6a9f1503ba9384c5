using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Parameters;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>
/// A model's layers as <see cref="DecodeScript"/> reads them. The weights are the model's own. The B's of a fused layer are
/// one matrix of blocks, so that all its low-rank terms are one product; <see cref="Refresh"/> brings these up to date.
/// </summary>
internal sealed class DecodeWeights : IDisposable
{
    private static readonly string[] Names =
    [
        "input_layernorm.weight", "self_attn.qkv.weight", "self_attn.qkv.bias", "self_attn.o_proj.weight",
        "post_attention_layernorm.weight", "mlp.gate_up.weight", "mlp.down_proj.weight",
    ];

    private static readonly string[] Adapted = ["self_attn.qkv", "self_attn.o_proj", "mlp.gate_up", "mlp.down_proj"];
    private readonly List<(LowRank Terms, long Outputs)> _terms = [];
    private readonly Tensor? _none;

    /// <summary>The layers of a model.</summary>
    public DecodeWeights(Qwen25VlModel model)
    {
        int layers = model.Configuration.Text.LayerCount;
        ParameterSet parameters = model.Parameters;
        Base = [.. Enumerable.Range(0, layers).SelectMany(layer => Names.Select(name => parameters[$"model.layers.{layer}.{name}"]))];
        if (model.Adapter is null) return;
        _none = zeros([0, 1], model.Type, model.Device).DetachFromDisposeScope();
        List<Tensor> low = [];
        for (int layer = 0; layer < layers; layer++)
        {
            foreach (string name in Adapted)
            {
                LowRank? terms = model.Adapter.Layers.GetValueOrDefault($"model.layers.{layer}.{name}");
                low.Add(terms?.Down ?? _none);
                long outputs = parameters[$"model.layers.{layer}.{name}.weight"].size(0);
                low.Add(terms?.Blocks(outputs) ?? _none);
                if (terms is not null) _terms.Add((terms, outputs));
            }
        }

        LowRank = [.. low];
    }

    /// <summary>Seven tensors of each layer: norm, fused q, k and v with bias, output, norm, fused gate and up, down.</summary>
    public Tensor[] Base { get; }

    /// <summary>A's [rank, in] and blocks of B's [rank, out] of the four products of each layer; empty without an adapter.</summary>
    public Tensor[] LowRank { get; } = [];

    /// <summary>Factor of the low-rank terms.</summary>
    public double Scale => _terms.Count == 0 ? 1 : _terms[0].Terms.Scale;

    /// <summary>Brings the blocks of B's up to date, where they lie.</summary>
    public void Refresh()
    {
        foreach ((LowRank terms, long outputs) in _terms) terms.Blocks(outputs);
    }

    /// <inheritdoc/>
    public void Dispose() => _none?.Dispose();
}
