using PathVlm.Modeling;
using PathVlm.Modeling.Adapters;

namespace PathVlm.MLNet.Inference.Bases;

/// <summary>A folder that a user names as a model: a checkpoint, or a PEFT adapter with the checkpoint that it is for.</summary>
/// <param name="Checkpoint">The checkpoint folder.</param>
/// <param name="Adapter">The adapter folder; null without one.</param>
internal sealed record BaseModelFolder(string Checkpoint, string? Adapter)
{
    private static readonly string[] WeightNames = ["model.safetensors", "model.safetensors.index.json"];

    /// <summary>What a folder is.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="adapter">An adapter folder to use on it; null for none.</param>
    /// <exception cref="InvalidDataException">It holds both whole weights and an adapter, or the adapter's base is missing.</exception>
    public static BaseModelFolder Of(string folder, string? adapter = null)
    {
        if (!PeftFolder.IsAdapter(folder)) return new BaseModelFolder(folder, adapter);
        if (WeightNames.Any(name => File.Exists(Path.Combine(folder, name))))
        {
            throw new InvalidDataException(
                $"{folder}: expected whole weights or an adapter (adapter_config.json), got both: move the adapter to a folder of its "
                + "own and name it with PathologyModelOptions.Adapter (--set Model:Adapter=FOLDER).");
        }

        if (adapter is not null)
            throw new InvalidDataException($"{folder}: expected a checkpoint folder for the adapter [{adapter}], got another adapter.");
        return new BaseModelFolder(BaseFinder.FindNamed(folder), folder);
    }

    /// <summary>The model, with its adapter where there is one.</summary>
    public Qwen25VlModel Load(ModelLoadOptions options)
    {
        Qwen25VlModel model = Qwen25VlModel.Load(Checkpoint, options);
        if (Adapter is null) return model;
        using (model) return model.WithAdapter(PeftFolder.Load(
            Adapter, model.Configuration, model.Type, model.Device, options.AllowNonFinite));
    }
}
