namespace PathVlm.Modeling.Parameters;

/// <summary>Which tower a parameter belongs to; the vision tower includes the merger.</summary>
internal enum ParameterGroup
{
    /// <summary>Patch embedding, vision blocks and merger.</summary>
    Vision,

    /// <summary>Token embedding, decoder layers, final norm and head.</summary>
    Text,
}

/// <summary>One tensor of a checkpoint inside a block.</summary>
/// <param name="Key">Published flat key, such as <c>model.layers.0.self_attn.q_proj.weight</c>.</param>
/// <param name="Shape">Shape in the checkpoint.</param>
internal sealed record ParameterPart(string Key, long[] Shape)
{
    /// <summary>Number of values.</summary>
    public long Count => Shape.Aggregate(1L, (product, side) => checked(product * side));
}

/// <summary>One tensor the model computes with: one or more checkpoint tensors laid end to end (q, k and v; gate and up).</summary>
/// <param name="Name">Name under which a module takes it.</param>
/// <param name="Shape">Shape the module computes with.</param>
/// <param name="Parts">The checkpoint tensors in order; together they have as many values as <paramref name="Shape"/>.</param>
/// <param name="Group">The tower.</param>
/// <param name="Decayed">Whether weight decay applies (the reference decays all but biases, <c>*layernorm*</c> and <c>norm</c>).</param>
internal sealed record ParameterBlock(
    string Name, long[] Shape, IReadOnlyList<ParameterPart> Parts, ParameterGroup Group, bool Decayed)
{
    /// <summary>Number of values.</summary>
    public long Count => Parts.Sum(part => part.Count);
}
