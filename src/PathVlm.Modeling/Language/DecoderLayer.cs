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
    private readonly Tensor qkv_weight;
    private readonly Tensor qkv_bias;
    private readonly Tensor o_proj;
    private readonly GatedMlp mlp;
    private readonly TextConfiguration _settings;

    public DecoderLayer(TextConfiguration settings, ParameterSet parameters, int index)
    {
        string name = $"model.layers.{index}.";
        _settings = settings;
        input_layernorm = parameters[name + "input_layernorm.weight"];
        post_attention_layernorm = parameters[name + "post_attention_layernorm.weight"];
        qkv_weight = parameters[name + "self_attn.qkv.weight"];
        qkv_bias = parameters[name + "self_attn.qkv.bias"];
        o_proj = parameters[name + "self_attn.o_proj.weight"];
        mlp = new GatedMlp(parameters, name + "mlp.", biased: false);
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
        return Finish(asking, attended).MoveToOuterDisposeScope();
    }

    /// <summary>Turned queries [n, H, D] and keys [n, KV, D], and values [n, KV, D], of normalised rows [n, d].</summary>
    public (Tensor Query, Tensor Key, Tensor Value) Project(Tensor normed, Rotary rotary)
    {
        Tensor all = Linear.Of(normed, qkv_weight, qkv_bias).view(normed.size(0), -1, _settings.HeadSize);
        Tensor turned = rotary.Turn(all.narrow(1, 0, _settings.HeadCount + _settings.KeyValueHeadCount));
        return (turned.narrow(1, 0, _settings.HeadCount), turned.narrow(1, _settings.HeadCount, _settings.KeyValueHeadCount),
            all.narrow(1, _settings.HeadCount + _settings.KeyValueHeadCount, _settings.KeyValueHeadCount));
    }

    /// <summary>Queries, keys and values of normalised rows [n, d], not turned: [n, (H + 2 KV) D].</summary>
    public Tensor ProjectAll(Tensor normed) => Linear.Of(normed, qkv_weight, qkv_bias);

    /// <summary>Normalises rows before their projection.</summary>
    public Tensor Normalise(Tensor hidden) => RmsNorm.Of(hidden, input_layernorm, _settings.NormEpsilon);

    /// <summary>Output projection, MLP and both residuals: [n, d] and attention [n, H * D] -> [n, d].</summary>
    public Tensor Finish(Tensor hidden, Tensor attended)
    {
        using Tensor projected = Linear.Of(attended, o_proj);
        using Tensor middle = hidden.add(projected, Scalars.One);
        using Tensor normed = RmsNorm.Of(middle, post_attention_layernorm, _settings.NormEpsilon);
        using Tensor inner = mlp.Forward(normed);
        return middle.add(inner, Scalars.One);
    }

    private Tensor AttendAll(Tensor normed, LayerCall call)
    {
        if (call.Groups is not null)
        {
            Tensor all = Linear.Of(normed, qkv_weight, qkv_bias).view(normed.size(0), -1, _settings.HeadSize);
            return PackedAttentionFunction.apply(all, call.Node(_settings, separate: false));
        }

        (Tensor query, Tensor key, Tensor value) = Project(normed, call.KeyRotary);
        call.KeyValues?.Invoke(key, value);
        return SegmentAttention.Of(call.Plan, query, key, value);
    }

    private Tensor AttendAsking(Tensor normed, LayerCall call)
    {
        Tensor queries = Linear.Of(
            Rows.Take(normed, call.Plan.QueryRanges()), qkv_weight.narrow(0, 0, QueryWidth), qkv_bias.narrow(0, 0, QueryWidth))
            .view(call.Plan.QueryCount, -1, _settings.HeadSize);
        Tensor others = Linear.Of(
            normed, qkv_weight.narrow(0, QueryWidth, 2 * KeyWidth), qkv_bias.narrow(0, QueryWidth, 2 * KeyWidth))
            .view(normed.size(0), -1, _settings.HeadSize);
        if (call.Groups is not null) return PackedAttentionFunction.apply(queries, others, call.Node(_settings, separate: true));
        Tensor key = call.KeyRotary.Turn(others.narrow(1, 0, _settings.KeyValueHeadCount));
        Tensor value = others.narrow(1, _settings.KeyValueHeadCount, _settings.KeyValueHeadCount);
        call.KeyValues?.Invoke(key, value);
        return SegmentAttention.Of(call.Plan, call.QueryRotary.Turn(queries), key, value);
    }
}
