using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Parameters;

/// <summary>
/// Weights to train a small model from: norms 1, biases 0, embeddings N(0, 0.02²) (the head too where it is its own), matrices
/// N(0, 1/columns); matrices that write into the residual stream (o_proj, proj, down_proj) smaller by sqrt(2 * layers).
/// Each tensor draws from a generator of its own, so a tensor depends on the seed and its key alone.
/// </summary>
internal static class RandomWeights
{
    private const double EmbeddingDeviation = 0.02;

    /// <summary>Fills a set.</summary>
    public static void Fill(ParameterSet parameters, ModelConfiguration configuration, long seed)
    {
        using IDisposable none = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach ((string key, Tensor tensor) in parameters.Published)
        {
            if (key.EndsWith(".bias", StringComparison.Ordinal)) tensor.zero_();
            else if (tensor.dim() == 1) tensor.fill_(Scalars.One);
            else Draw(tensor, Deviation(key, tensor, configuration), RandomOf(seed, key));
        }
    }

    private static double Deviation(string key, Tensor tensor, ModelConfiguration configuration)
    {
        if (key is "model.embed_tokens.weight" or "lm_head.weight") return EmbeddingDeviation;
        double deviation = 1 / Math.Sqrt((double)tensor.numel() / tensor.size(0));
        int layers = key.StartsWith("visual.", StringComparison.Ordinal) ? configuration.Vision.Depth : configuration.Text.LayerCount;
        bool residual = key.EndsWith("o_proj.weight", StringComparison.Ordinal)
            || key.EndsWith("attn.proj.weight", StringComparison.Ordinal)
            || key.EndsWith("down_proj.weight", StringComparison.Ordinal);
        return residual ? deviation / Math.Sqrt(2.0 * layers) : deviation;
    }

    private static void Draw(Tensor tensor, double deviation, SeededRandom random)
    {
        float[] values = new float[tensor.numel()];
        for (int index = 0; index < values.Length; index += 2)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.Next()));
            double angle = 2 * Math.PI * random.Next();
            values[index] = (float)(deviation * radius * Math.Cos(angle));
            if (index + 1 < values.Length) values[index + 1] = (float)(deviation * radius * Math.Sin(angle));
        }

        using Tensor drawn = torch.tensor(values, tensor.shape);
        tensor.copy_(drawn);
    }

    /// <summary>FNV-1a of the key, mixed with the seed.</summary>
    private static SeededRandom RandomOf(long seed, string key)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (char character in key) hash = (hash ^ character) * 0x100000001B3;
        return new SeededRandom(new SeededRandom(hash ^ (ulong)seed).NextBits());
    }
}
