using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Kernels;
using PathVlm.Modeling.Generation.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation;

/// <summary>Chooses what computes decode steps for a model, and what chooses tokens from its logits.</summary>
internal static class DecodeEngines
{
    /// <summary>An engine for a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="slots">Most rows of a step.</param>
    /// <param name="capacity">Most tokens stored for a completion.</param>
    /// <param name="backend">What the options ask for.</param>
    /// <exception cref="InvalidOperationException">The backend does not suit the model's type or device.</exception>
    public static IDecodeEngine Create(Qwen25VlModel model, int slots, int capacity, DecodeBackend backend)
    {
        bool suits = model.Type == ScalarType.Float32 && model.Device.type == DeviceType.CPU;
        if (backend == DecodeBackend.Kernels && !suits)
            throw new InvalidOperationException(
                $"DecodeBackend.Kernels: expected a model in float32 on the CPU, got {model.Type} on {model.Device}.");
        DecodeBackend chosen = backend != DecodeBackend.Auto ? backend
            : suits ? DecodeBackend.Kernels
            : model.Device.type == DeviceType.CUDA ? DecodeBackend.Scripted : DecodeBackend.Torch;
        return chosen switch
        {
            DecodeBackend.Kernels => new KernelDecodeEngine(model, slots, capacity),
            DecodeBackend.Scripted => new ScriptedDecodeEngine(model, capacity),
            _ => new TorchDecodeEngine(model, slots, capacity),
        };
    }

    /// <summary>What chooses tokens from an engine's logits.</summary>
    /// <param name="model">The model.</param>
    /// <param name="engine">Its engine.</param>
    /// <param name="sampling">The rules.</param>
    /// <param name="suppressed">Ids never chosen.</param>
    /// <param name="slots">Most rows of a step.</param>
    public static ITokenChooser Chooser(
        Qwen25VlModel model, IDecodeEngine engine, SamplingOptions sampling, IReadOnlyCollection<int> suppressed, int slots) =>
        engine is KernelDecodeEngine kernels && !sampling.Narrows
            ? new KernelTokenChooser(sampling, suppressed, slots, kernels.Team)
            : new TorchTokenChooser(sampling, suppressed, slots, model.Configuration.Text.VocabularySize, model.Device);
}
