using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Adapters;

/// <summary>
/// PEFT's start of an adapter: A uniform in ±1/sqrt(inputs) (Kaiming uniform with a = sqrt(5)), B zero. Each A draws from a generator of
/// its own, so its values depend on the seed and its layer's name alone.
/// </summary>
internal static class LoraInitialization
{
    /// <summary>Fills the A's; the B's of a new adapter are zero already.</summary>
    public static void Fill(LoraAdapter adapter, long seed)
    {
        using IDisposable none = no_grad();
        foreach ((LoraTarget target, Tensor down, _) in adapter.Pairs)
        {
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            double bound = 1 / Math.Sqrt(target.Inputs);
            SeededRandom random = SeededRandom.At(seed, $"{target.Name}.lora_A", 0);
            float[] values = new float[down.numel()];
            for (int index = 0; index < values.Length; index++) values[index] = random.Between(-bound, bound);
            down.copy_(tensor(values, down.shape));
        }

        adapter.ValuesChanged();
    }
}
