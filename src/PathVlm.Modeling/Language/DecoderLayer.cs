using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Parameters;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Language;

/// <summary>One decoder layer: x + attention(norm x), then x + mlp(norm x). Grouped queries, three-axis rotary positions.</summary>
internal sealed class DecoderLayer
{
    private readonly Tensor input_layernorm;
    private readonly Tensor post_attention_layernorm;
    private readonly AdaptedLinear qkv;
    private readonly AdaptedLinear o_proj;
    private readonly GatedMlp mlp;
    private readonly TextConfiguration _settings;
    private readonly LowRank? _ofQueries;
    private readonly LowRank? _ofKeysAndValues;

    /// <summary>A layer of a model's weights.</summary>
    /// <param name="settings">Settings of the decoder.</param>
    /// <param name="parameters">The weights.</param>
    /// <param name="index">Number of the layer, from 0.</param>
    /// <param name="adapters">Low-rank terms by layer name (<c>model.layers.0.self_attn.qkv</c>); null for none.</param>
    public DecoderLayer(
        TextConfiguration settings, ParameterSet parameters, int index, IReadOnlyDictionary<string, LowRank>? adapters = null)
    {
        string name = $"model.layers.{index}.";
        _settings = settings;
        input_layernorm = parameters[name + "input_layernorm.weight"];
        post_attention_layernorm = parameters[name + "post_attention_layernorm.weight"];
        qkv = new AdaptedLinear(
            parameters[name + "self_attn.qkv.weight"], parameters[name + "self_attn.qkv.bias"],
            adapters?.GetValueOrDefault(name + "self_attn.qkv"));
        o_proj = new AdaptedLinear(
            parameters[name + "self_attn.o_proj.weight"], bias: null, adapters?.GetValueOrDefault(name + "self_attn.o_proj"));
        mlp = new GatedMlp(parameters, name + "mlp.", biased: false, adapters);
        _ofQueries = qkv.Adapter?.Outputs(0, QueryWidth);
        _ofKeysAndValues = qkv.Adapter?.Outputs(QueryWidth, 2 * KeyWidth);
    }

    private int QueryWidth => _settings.HeadCount * _settings.HeadSize;

    private int KeyWidth => _settings.KeyValueHeadCount * _settings.HeadSize;

    /// <summary>Hidden states [T, d] -> hidden states of the asking rows [rows, d].</summary>
    /// <param name="hidden">Hidden states of the pack.</param>
    /// <param name="call">Who asks, whom they see, and the turns.</param>
    public Tensor Forward(Tensor hidden, LayerCall call)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Tensor normed = Normalise(hidden);
        (Tensor attended, Tensor asking) = call.Plan.IsFull ? (AttendAll(normed, call), hidden)
            : (AttendAsking(normed, call), Rows.Take(hidden, call.Plan.QueryRanges()));
        return Finish(asking, attended, call.ValueUnused).MoveToOuterDisposeScope();
    }

    /// <summary>Turned queries [n, H, D] and keys [n, KV, D], and values [n, KV, D], of normalised rows [n, d].</summary>
    public (Tensor Query, Tensor Key, Tensor Value) Project(Tensor normed, Rotary rotary)
    {
        Tensor all = qkv.Forward(normed).view(normed.size(0), -1, _settings.HeadSize);
        Tensor turned = rotary.Turn(all.narrow(1, 0, _settings.HeadCount + _settings.KeyValueHeadCount));
        return (turned.narrow(1, 0, _settings.HeadCount), turned.narrow(1, _settings.HeadCount, _settings.KeyValueHeadCount),
            all.narrow(1, _settings.HeadCount + _settings.KeyValueHeadCount, _settings.KeyValueHeadCount));
    }

    /// <summary>Normalises rows before their projection.</summary>
    public Tensor Normalise(Tensor hidden) => RmsNorm.Of(hidden, input_layernorm, _settings.NormEpsilon);

    /// <summary>Output projection, MLP and both residuals: [n, d] and attention [n, H * D] -> [n, d].</summary>
    /// <param name="hidden">[n, d].</param>
    /// <param name="attended">[n, H * D].</param>
    /// <param name="valueUnused">
    /// Whether the output is there for its gradient alone: its last product is left out, its values mean nothing.
    /// </param>
    public Tensor Finish(Tensor hidden, Tensor attended, bool valueUnused = false)
    {
        using Tensor projected = o_proj.Forward(attended);
        using Tensor middle = hidden.add(projected, Scalars.One);
        using Tensor normed = RmsNorm.Of(middle, post_attention_layernorm, _settings.NormEpsilon);
        using Tensor inner = mlp.Forward(normed, valueUnused);
        return middle.add(inner, Scalars.One);
    }

    private Tensor AttendAll(Tensor normed, LayerCall call)
    {
        if (call.Groups is not null)
        {
            Tensor all = qkv.Forward(normed).view(normed.size(0), -1, _settings.HeadSize);
            return PackedAttentionFunction.apply(all, call.Node(_settings, separate: false));
        }

        (Tensor query, Tensor key, Tensor value) = Project(normed, call.KeyRotary);
        call.KeyValues?.Invoke(key, value);
        return SegmentAttention.Of(call.Plan, query, key, value);
    }

    private Tensor AttendAsking(Tensor normed, LayerCall call)
    {
        Tensor queries = Outputs(0, QueryWidth, _ofQueries).Forward(Rows.Take(normed, call.Plan.QueryRanges()))
            .view(call.Plan.QueryCount, -1, _settings.HeadSize);
        Tensor others = Outputs(QueryWidth, 2 * KeyWidth, _ofKeysAndValues).Forward(normed).view(normed.size(0), -1, _settings.HeadSize);
        if (call.Groups is not null) return PackedAttentionFunction.apply(queries, others, call.Node(_settings, separate: true));
        Tensor key = call.KeyRotary.Turn(others.narrow(1, 0, _settings.KeyValueHeadCount));
        Tensor value = others.narrow(1, _settings.KeyValueHeadCount, _settings.KeyValueHeadCount);
        call.KeyValues?.Invoke(key, value);
        return SegmentAttention.Of(call.Plan, call.QueryRotary.Turn(queries), key, value);
    }

    /// <summary>Some outputs of the fused projection; the tensors belong to the current dispose scope.</summary>
    private AdaptedLinear Outputs(long start, long count, LowRank? adapter) =>
        new(qkv.Weight.narrow(0, start, count), qkv.Bias!.narrow(0, start, count), adapter);
}
