using System.Globalization;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling;
using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Configuration;

namespace PathVlm.MLNet.Training.Origins;

/// <summary>
/// The adapter that a stage trains: a new one, or that of the model it starts from, which must then have the rank, scale and targets that
/// the options name. A base is shared, never copied, where type and device allow it.
/// </summary>
internal static class AdapterStart
{
    private const string Remedy = "set Lora to continue it, or merge it first (pathvlm export, PathologyPolicy.SaveCheckpoint)";

    /// <summary>Checks that the targets are layers of the model, before weights are loaded.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They match none, or some on which adapters are not supported.</exception>
    public static void CheckTargets(PathologyTrainingOptions options, ModelConfiguration configuration, string component)
    {
        if (options.Lora is not { } lora) return;
        try
        {
            LoraTargets.Choose(configuration, lora);
        }
        catch (ArgumentException fault)
        {
            throw new ArgumentOutOfRangeException(nameof(options), $"{component}: Lora: {fault.Message}");
        }
    }

    /// <summary>Checks that a PEFT folder's adapter can be trained on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The options ask for no adapter, or the folder's was trained with dropout.</exception>
    public static void CheckContinued(PathologyTrainingOptions options, string adapterFolder, string component)
    {
        if (options.Lora is null)
            throw new ArgumentOutOfRangeException(nameof(options), $"{component}: BaseModel: [{adapterFolder}] is an adapter; {Remedy}.");
        if (PeftFolder.DropoutOf(adapterFolder) is > 0 and double dropout)
        {
            throw new ArgumentOutOfRangeException(nameof(options), string.Create(
                CultureInfo.InvariantCulture,
                $"{component}: BaseModel: the adapter [{adapterFolder}]: lora_dropout: expected 0, got {dropout}: a prompt shared by its "
                + $"completions cannot be dropped differently for each; set it to 0 in adapter_config.json to train on without."));
        }
    }

    /// <summary>Checks that the options continue the adapter of a model, where it has one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They ask for none, or for another rank, scale or other targets.</exception>
    public static void CheckContinued(PathologyTrainingOptions options, Qwen25VlModel model, string component)
    {
        if (model.Adapter is not { } adapter) return;
        if (options.Lora is not { } lora)
            throw new ArgumentOutOfRangeException(
                nameof(options),
                $"{component}: Lora: expected options, as the model that it starts from has an adapter, got null; {Remedy}.");
        CheckTargets(options, model.Configuration, component);
        if (adapter.DifferenceFrom(lora, model.Configuration) is { } difference)
            throw new ArgumentOutOfRangeException(
                nameof(options), $"{component}: Lora: expected those of the adapter that it starts from, got {difference}.");
    }

    /// <summary>
    /// The model to train: the given one, or one that shares its weights and has a new adapter; the given one is then the caller's no
    /// longer.
    /// </summary>
    public static Qwen25VlModel Of(Qwen25VlModel model, PathologyTrainingOptions options, string component)
    {
        CheckContinued(options, model, component);
        if (options.Lora is null || model.Adapter is not null) return model;
        using (model) return model.WithAdapter(New(model, options));
    }

    /// <summary>The same of a policy that nobody owns yet.</summary>
    public static PathologyPolicy Of(PathologyPolicy policy, PathologyTrainingOptions options)
    {
        if (options.Lora is null || policy.Model.Adapter is not null) return policy;
        PathologyPolicy adapted = policy.WithAdapter(model => New(model, options), policy.Settings, policy.Encoder);
        policy.Retain().Release();
        return adapted;
    }

    /// <summary>
    /// A policy with a new adapter on the weights of the stage before, which are not copied; null where the stage trains otherwise.
    /// </summary>
    public static PathologyPolicy? Sharing(
        PathologyPolicy before, ModelLoadOptions placed, PathologyTrainingOptions options, PolicySettings settings,
        PromptEncoder encoder) =>
        options.Lora is not null && before.Model.Adapter is null && before.Model.Type == placed.Type
            && DeviceChoice.IsSame(before.Model.Device, placed.Device)
            ? before.WithAdapter(model => New(model, options), settings, encoder)
            : null;

    private static LoraAdapter New(Qwen25VlModel model, PathologyTrainingOptions options) =>
        LoraAdapter.Create(model.Configuration, options.Lora!, options.Seed, model.Type, model.Device);
}
