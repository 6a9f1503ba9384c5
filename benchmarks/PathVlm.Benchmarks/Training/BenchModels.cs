using PathVlm.Benchmarks.Shapes;
using PathVlm.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Benchmarks.Training;

/// <summary>
/// A policy of random weights, and another policy near it for the KL term: with equal ones it would be zero and prove nothing.
/// </summary>
internal static class BenchModels
{
    private const double Distance = 0.5;

    /// <summary>The policy.</summary>
    public static Qwen25VlModel Policy(BenchShape shape) => Qwen25VlModel.CreateRandom(shape.Model, seed: 1);

    /// <summary>The policy's weights with a little of another random model's.</summary>
    public static Qwen25VlModel Reference(BenchShape shape, Qwen25VlModel policy)
    {
        using IDisposable none = no_grad();
        using DisposeScope scope = NewDisposeScope();
        using Qwen25VlModel other = Qwen25VlModel.CreateRandom(shape.Model, seed: 2);
        Qwen25VlModel reference = policy.Clone();
        foreach ((string key, Tensor weight) in reference.CheckpointTensors)
        {
            if (key.StartsWith("visual.", StringComparison.Ordinal)) continue;
            weight.add_(other.CheckpointTensors[key], Distance);
        }
        return reference;
    }
}
