using PathVlm.Modeling;
using PathVlm.Modeling.Adapters;

namespace PathVlm.MLNet.Training;

/// <summary>The model that a stage trains, made from the one that it starts from.</summary>
internal static class AdapterStart
{
    /// <summary>
    /// The model itself, or, where the options ask for an adapter, a model that shares its weights and has one: a new one. The given model
    /// is the caller's no longer.
    /// </summary>
    public static Qwen25VlModel Of(Qwen25VlModel model, PathologyTrainingOptions options)
    {
        if (options.Lora is not { } lora) return model;
        using (model) return model.WithAdapter(LoraAdapter.Create(model.Configuration, lora, options.Seed, model.Type, model.Device));
    }
}
