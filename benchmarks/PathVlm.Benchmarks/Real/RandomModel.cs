using PathVlm.Modeling;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Benchmarks.Real;

/// <summary>Models of random weights, drawn on the device that holds them: no checkpoint has to be there.</summary>
internal static class RandomModel
{
    /// <summary>Norms 1, biases 0, embeddings N(0, 0.02²), matrices N(0, 1/columns).</summary>
    public static Qwen25VlModel Create(ModelConfiguration configuration, ScalarType type, Device device)
    {
        using IDisposable none = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Qwen25VlModel model = Qwen25VlModel.Create(configuration, new ModelLoadOptions { Type = type, Device = device });
        // On a GPU the device's own generator: what is measured does not depend on the values.
        using Generator? generator = device.type == DeviceType.CPU ? new Generator(17) : null;
        foreach ((string key, Tensor weight) in model.CheckpointTensors)
        {
            if (key.EndsWith(".bias", StringComparison.Ordinal)) weight.zero_();
            else if (weight.dim() == 1) weight.fill_(Scalars.One);
            else weight.normal_(0, Deviation(key, weight), generator);
        }

        return model;
    }

    /// <summary>Writes a model as a checkpoint folder without a tokenizer.</summary>
    public static void Save(Qwen25VlModel model, string folder) =>
        CheckpointWriter.Save(folder, model.Configuration, model.CheckpointTensors, processorSource: null);

    private static double Deviation(string key, Tensor weight) =>
        key is "model.embed_tokens.weight" or "lm_head.weight" ? 0.02 : 1 / Math.Sqrt((double)weight.numel() / weight.size(0));
}
