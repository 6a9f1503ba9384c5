using PathVlm.Modeling.Checkpoints.Safetensors;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints;

/// <summary>A tensor that a checkpoint of given settings must hold.</summary>
/// <param name="Key">Its name in the published flat layout: model.layers.0.self_attn.q_proj.weight, visual.blocks.0.norm1.weight.</param>
/// <param name="Shape">Its sizes.</param>
public sealed record TensorSpecification(string Key, long[] Shape)
{
    /// <summary>Number of elements.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, length) => checked(product * length));

    /// <summary>Number of bytes of its values.</summary>
    /// <param name="type">Element type; one that safetensors files can hold.</param>
    /// <exception cref="ArgumentException">Safetensors files cannot hold the type.</exception>
    public long ByteCount(ScalarType type) => checked(ElementCount * SafetensorsTypes.SizeOf(type));

    /// <summary>Whether it belongs to the vision tower (merger included), which training freezes by default.</summary>
    public bool IsVision => Key.StartsWith("visual.", StringComparison.Ordinal);
}
