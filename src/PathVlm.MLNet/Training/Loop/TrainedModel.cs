using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling;

namespace PathVlm.MLNet.Training.Loop;

/// <summary>
/// A model while it is trained: its adapter where it has one, else its weights; layers computed again in backward as the options say.
/// </summary>
internal sealed class TrainedModel : IDisposable
{
    private readonly Qwen25VlModel _model;

    private TrainedModel(Qwen25VlModel model) => _model = model;

    /// <summary>Begins training; disposing ends it and frees the gradients.</summary>
    /// <exception cref="InvalidOperationException">
    /// The options ask for an adapter and the model has none, or the other way round.
    /// </exception>
    public static TrainedModel Begin(Qwen25VlModel model, PathologyTrainingOptions options)
    {
        if (options.Lora is not null && model.Adapter is null)
            throw new InvalidOperationException("Lora: expected a model with an adapter (Qwen25VlModel.WithAdapter), got one without.");
        model.Train(options.FreezeVision);
        model.RecomputesLayers = options.Recompute == Recomputation.Layers;
        if (model.RecomputesLayers && options.RecomputedLayers is { } layers) model.RecomputedLayers = layers;
        return new TrainedModel(model);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _model.RecomputesLayers = false;
        _model.Freeze();
    }
}
