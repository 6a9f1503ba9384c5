using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Numerics;
using PathVlm.Modeling.Parameters;
using PathVlm.Modeling.Sequences;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Language;

/// <summary>The decoder: token embedding with picture features in place of their placeholders, layers, final norm.</summary>
internal sealed class Decoder : IDisposable
{
    private readonly Tensor embed_tokens;
    private readonly DecoderLayer[] layers;
    private readonly Tensor norm;
    private readonly TextConfiguration _settings;
    private readonly TextRotary _rotary;
    private readonly Func<Tensor?> _anchor;

    /// <summary>A decoder of a model's weights.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="parameters">The weights.</param>
    /// <param name="adapters">Low-rank terms by layer name; null for none.</param>
    public Decoder(TextConfiguration settings, ParameterSet parameters, IReadOnlyDictionary<string, LowRank>? adapters = null)
    {
        _anchor = () => adapters?.Values.FirstOrDefault()?.Anchor;
        _settings = settings;
        _rotary = new TextRotary(settings, parameters.Values.dtype, parameters.Values.device);
        embed_tokens = parameters["model.embed_tokens.weight"];
        layers = [.. Enumerable.Range(0, settings.LayerCount).Select(index => new DecoderLayer(settings, parameters, index, adapters))];
        norm = parameters["model.norm.weight"];
    }

    /// <summary>Whether attention uses the reference kernel, segment by segment in operations that autograd knows; for tests.</summary>
    public bool UsesReferenceAttention { get; set; }

    /// <summary>
    /// Layers, counted from the first, of which a pass with gradients keeps the input alone and which it computes again in backward. Where
    /// there are any, the pack, and what is computed from its positions, must live until backward: they belong to the caller's dispose
    /// scope.
    /// </summary>
    public int RecomputedLayers { get; set; }

    /// <summary>The layers, first to last.</summary>
    public IReadOnlyList<DecoderLayer> Layers => layers;

    /// <summary>Hidden states of the wanted rows after the final norm.</summary>
    /// <param name="packed">The pack.</param>
    /// <param name="imageFeatures">[placeholders, d], or null without pictures.</param>
    /// <param name="rows">The rows wanted.</param>
    /// <param name="keyValues">Receives (layer, keys, values) of every layer, each [T, KV, D]; or null.</param>
    /// <param name="hiddenStates">Receives the input of each layer as it is computed; or null.</param>
    /// <exception cref="OperationCanceledException">The token of <see cref="Interruption"/> was cancelled.</exception>
    public Tensor Forward(
        PackedSequences packed, Tensor? imageFeatures, ForwardRows rows, Action<int, Tensor, Tensor>? keyValues = null,
        Action<Tensor>? hiddenStates = null)
    {
        bool recomputes = RecomputedLayers > 0 && is_grad_enabled() && keyValues is null && hiddenStates is null;
        using TorchSharp.DisposeScope? scope = recomputes ? null : NewDisposeScope();
        LayerCall first = CallOf(AttentionPlan.Full(packed), _rotary.Of(packed.Positions));
        AttentionPlan last = AttentionPlan.For(packed, rows);
        LayerCall lastCall = last.IsFull ? first : CallOf(last, first.KeyRotary);
        if (recomputes) return ForwardRecomputing(packed, imageFeatures, first, lastCall, last.Locate(rows));
        Tensor hidden = Embed(packed, imageFeatures);
        for (int index = 0; index < layers.Length; index++)
        {
            hiddenStates?.Invoke(hidden);
            int layer = index;
            LayerCall call = (index == layers.Length - 1 ? lastCall : first) with
            {
                KeyValues = keyValues is null ? null : (key, value) => keyValues(layer, key, value),
            };
            Tensor next = layers[index].Forward(hidden, call);
            hidden.Dispose();
            hidden = next;
            Interruption.ThrowIfRequested();
        }

        Tensor wanted = Rows.Take(hidden, last.Locate(rows));
        return Normalise(wanted).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Hidden states of the last row of each prompt of a pack after the final norm. The products of all layers but the last see all prompts
    /// at once; attention, and the last layer, in which one row a prompt asks, see each alone, as a pack of its own would.
    /// </summary>
    /// <param name="packed">Prompts only.</param>
    /// <param name="imageFeatures">[placeholders, d], or null without pictures.</param>
    /// <param name="keyValues">Receives (layer, prompt, keys, values), each [prompt's rows, KV, D].</param>
    /// <returns>[1, d] a prompt.</returns>
    /// <exception cref="OperationCanceledException">The token of <see cref="Interruption"/> was cancelled.</exception>
    public Tensor[] ForwardPrompts(PackedSequences packed, Tensor? imageFeatures, Action<int, int, Tensor, Tensor> keyValues)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        LayerCall together = CallOf(AttentionPlan.Full(packed), _rotary.Of(packed.Positions), apart: true);
        Tensor hidden = Embed(packed, imageFeatures);
        for (int index = 0; index < layers.Length - 1; index++)
        {
            Interruption.ThrowIfRequested();
            int layer = index;
            Tensor next = layers[index].Forward(hidden, together with
            {
                KeyValues = (keys, values) =>
                {
                    for (int prompt = 0; prompt < packed.Segments.Count; prompt++)
                        keyValues(layer, prompt, RowsOf(keys, packed.Segments[prompt]), RowsOf(values, packed.Segments[prompt]));
                },
            });
            hidden.Dispose();
            hidden = next;
        }

        return [.. Enumerable.Range(0, packed.Segments.Count).Select(
            prompt => LastRow(packed, prompt, hidden, together.KeyRotary, keyValues).MoveToOuterDisposeScope())];
    }

    /// <summary>Rows of the embedding table.</summary>
    public Tensor Embed(Tensor tokenIds) =>
        is_grad_enabled() ? EmbeddingFunction.apply(embed_tokens, tokenIds) : embed_tokens.index_select(0, tokenIds);

    /// <summary>Turns for positions [3, n].</summary>
    public Rotary Turns(Tensor positions) => _rotary.Of(positions);

    /// <summary>The final norm.</summary>
    public Tensor Normalise(Tensor hidden) => RmsNorm.Of(hidden, norm, _settings.NormEpsilon);

    /// <inheritdoc/>
    public void Dispose() => _rotary.Dispose();

    private Tensor ForwardRecomputing(
        PackedSequences packed, Tensor? imageFeatures, LayerCall first, LayerCall last, IReadOnlyList<RowRange> wanted)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        int count = Math.Min(RecomputedLayers, layers.Length);
        var run = new RecomputedLayersFunction.Run(
            layers[..count], first, count == layers.Length ? last : first, Interruption.Current);
        Tensor hidden = RecomputedLayersFunction.apply(Embed(packed, imageFeatures), _anchor()!, run);
        for (int index = count; index < layers.Length; index++)
        {
            hidden = layers[index].Forward(hidden, index == layers.Length - 1 ? last : first);
            Interruption.ThrowIfRequested();
        }

        return Normalise(Rows.Take(hidden, wanted)).MoveToOuterDisposeScope();
    }

    private Tensor LastRow(
        PackedSequences packed, int prompt, Tensor hidden, Rotary rotary, Action<int, int, Tensor, Tensor> keyValues)
    {
        PackedSegment segment = packed.Segments[prompt];
        PackedSequences own = new(
            RowsOf(packed.TokenIds, segment), packed.Positions.narrow(1, segment.Start, segment.Length), null,
            [segment with { Start = 0 }], [packed.NextPositions[prompt]], []);
        ForwardRows last = ForwardRows.Of([new RowRange(segment.Length - 1, 1)]);
        AttentionPlan plan = AttentionPlan.For(own, last);
        LayerCall call = CallOf(plan, new Rotary(RowsOf(rotary.Cosine, segment), RowsOf(rotary.Sine, segment))) with
        {
            KeyValues = (keys, values) => keyValues(layers.Length - 1, prompt, keys, values),
        };
        return Normalise(Rows.Take(layers[^1].Forward(RowsOf(hidden, segment), call), plan.Locate(last)));
    }

    private static Tensor RowsOf(Tensor all, PackedSegment segment) => all.narrow(0, segment.Start, segment.Length);

    private LayerCall CallOf(AttentionPlan plan, Rotary rotary, bool apart = false)
    {
        AttentionGroups? groups = UsesReferenceAttention ? null : AttentionGroups.Of(plan, embed_tokens.dtype, apart);
        if (plan.IsFull) return new LayerCall(plan, groups, rotary, rotary, null);
        IReadOnlyList<RowRange> asking = plan.QueryRanges();
        return new LayerCall(plan, groups, new Rotary(Rows.Take(rotary.Cosine, asking), Rows.Take(rotary.Sine, asking)), rotary, null);
    }

    private Tensor Embed(PackedSequences packed, Tensor? imageFeatures)
    {
        long expected = packed.ImageRows?.size(0) ?? 0;
        long found = imageFeatures?.size(0) ?? 0;
        if (found != expected)
            throw new ArgumentException(
                $"Image features: expected {expected} row(s), one per placeholder of the pack, got {found}.", nameof(imageFeatures));
        Tensor embedded = Embed(packed.TokenIds);
        if (imageFeatures is null || packed.ImageRows is null) return embedded;
        return embedded.index_copy(0, packed.ImageRows, imageFeatures);
    }
}
