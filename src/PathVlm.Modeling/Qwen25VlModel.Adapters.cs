using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Parameters;

namespace PathVlm.Modeling;

/// <content>Adapters: models that share one set of weights, and what of a model is trained.</content>
public sealed partial class Qwen25VlModel
{
    /// <summary>The adapter, owned by the model; null where there is none.</summary>
    internal LoraAdapter? Adapter { get; }

    /// <summary>
    /// Whether a pass with gradients keeps the input of each decoder layer alone and computes the layer again in backward: less memory for
    /// a third more products, the same numbers. The pack must then live until backward was called.
    /// </summary>
    /// <value>false.</value>
    internal bool RecomputesLayers
    {
        get => Decoder.RecomputedLayers > 0;
        set => Decoder.RecomputedLayers = value ? Configuration.Text.LayerCount : 0;
    }

    /// <summary>
    /// Layers, counted from the first, that <see cref="RecomputesLayers"/> holds for: the fewer, the more memory and the fewer products.
    /// </summary>
    /// <value>0.</value>
    internal int RecomputedLayers
    {
        get => Decoder.RecomputedLayers;
        set => Decoder.RecomputedLayers = value;
    }

    /// <summary>What training changes: the adapter where there is one, else the weights.</summary>
    internal ITrainableParameters Trained => Adapter is { } adapter ? adapter : Parameters;

    /// <summary>
    /// A model that computes with this one's weights, which are not copied, and an adapter of its own. Both are disposed apart; the last
    /// one frees the weights. The weights of models that share them are not to be trained.
    /// </summary>
    /// <param name="adapter">The adapter, which the new model owns; null for none.</param>
    /// <exception cref="ArgumentException">The adapter is of another type or on another device.</exception>
    internal Qwen25VlModel WithAdapter(LoraAdapter? adapter)
    {
        if (adapter is not null && (adapter.Type != Type || adapter.Device.type != Device.type
            || Math.Max(0, adapter.Device.index) != Math.Max(0, Device.index)))
            throw new ArgumentException($"Adapter: expected {Type} on {Device}, got {adapter.Type} on {adapter.Device}.", nameof(adapter));
        return new Qwen25VlModel(Configuration, Parameters.Retain(), adapter);
    }

    /// <summary>
    /// A model with weights of its own into which the adapter is merged: W + s B A, computed in float32 and rounded once. Without an
    /// adapter, a copy.
    /// </summary>
    internal Qwen25VlModel Merge()
    {
        var merged = new Qwen25VlModel(Configuration, Parameters.Clone(Type, Device));
        if (Adapter is not null) LoraMerging.Into(merged.CheckpointTensors, Adapter);
        return merged;
    }

    /// <summary>Begins training: of the adapter where there is one, else of the weights.</summary>
    /// <param name="visionFrozen">Whether the vision tower and merger stay as they are; with an adapter they do.</param>
    internal void Train(bool visionFrozen)
    {
        if (Adapter is not null) Adapter.Train();
        else Parameters.Train(visionFrozen);
    }

    /// <summary>Ends training and frees the gradients.</summary>
    internal void Freeze()
    {
        Adapter?.Freeze();
        Parameters.Freeze();
    }
}
