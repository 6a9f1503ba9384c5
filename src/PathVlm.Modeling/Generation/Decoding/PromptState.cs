using PathVlm.Modeling.Numerics;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Generation.Decoding;

/// <summary>A prefilled prompt: its keys and values, kept once for all its completions and freed with the last of them.</summary>
internal sealed class PromptState(int length, int nextPosition, int layerCount) : IDisposable
{
    /// <summary>Tokens of the prompt.</summary>
    public int Length { get; } = length;

    /// <summary>Position of the first token of a completion, on all three axes.</summary>
    public int NextPosition { get; } = nextPosition;

    /// <summary>Turned keys of each layer, [KV, Length, head width], contiguous.</summary>
    public Tensor[] Keys { get; } = new Tensor[layerCount];

    /// <summary>Values of each layer, [KV, Length, head width], contiguous.</summary>
    public Tensor[] Values { get; } = new Tensor[layerCount];

    /// <summary>Addresses of <see cref="Keys"/> then <see cref="Values"/>, for kernels on the CPU.</summary>
    public nint[] Memory => field ??= [.. Keys.Concat(Values).Select(NativeMatrix.AddressOf)];

    /// <summary>Completions still being decoded.</summary>
    public int LiveRows { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Tensor? tensor in Keys.Concat(Values))
            tensor?.Dispose();
    }
}
