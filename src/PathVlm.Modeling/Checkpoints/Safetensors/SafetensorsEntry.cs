using static TorchSharp.torch;

namespace PathVlm.Modeling.Checkpoints.Safetensors;

/// <summary>The entry of one tensor in the header of a safetensors file; validated, so offsets, shape and type agree.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes; empty for a scalar.</param>
/// <param name="Offset">First byte, from the file's beginning.</param>
/// <param name="ByteCount">Number of bytes.</param>
internal sealed record SafetensorsEntry(string Name, ScalarType Type, IReadOnlyList<long> Shape, long Offset, long ByteCount)
{
    /// <summary>Number of elements.</summary>
    public long ElementCount => ByteCount / SafetensorsTypes.SizeOf(Type);
}
