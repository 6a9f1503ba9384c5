using PathVlm.Modeling.Checkpoints;

namespace PathVlm.Modeling.Parameters;

/// <summary>One tensor the model computes with: one or more checkpoint tensors laid end to end (q, k and v; gate and up).</summary>
/// <param name="Name">Name under which a module finds it.</param>
/// <param name="Parts">The checkpoint tensors in order.</param>
internal sealed record ParameterBlock(string Name, IReadOnlyList<TensorSpecification> Parts)
{
    /// <summary>Number of values.</summary>
    public long Count => Parts.Sum(part => part.ElementCount);

    /// <summary>Shape the module computes with: rows of all parts, and a kernel's other dimensions as one.</summary>
    public long[] Shape
    {
        get
        {
            long rows = Parts.Sum(part => part.Shape[0]);
            return Parts[0].Shape.Length == 1 ? [rows] : [rows, Count / rows];
        }
    }

    /// <summary>Whether it belongs to the vision tower, the merger included.</summary>
    public bool IsVision => Parts[0].IsVision;

    /// <summary>
    /// Whether weight decay applies: the reference decays all but biases, <c>*layernorm*</c> and the decoder's <c>norm</c>.
    /// </summary>
    public bool Decayed => !(Parts[0].Key.EndsWith(".bias", StringComparison.Ordinal)
        || Parts[0].Key.Contains("layernorm", StringComparison.Ordinal) || Parts[0].Key == "model.norm.weight");
}
