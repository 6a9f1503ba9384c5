using Microsoft.ML.Data;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>Type of the annotation that hands a <see cref="PathologyPolicy"/> to the next stage of a chain.</summary>
internal sealed class PathologyPolicyType : StructuredDataViewType
{
    private PathologyPolicyType()
        : base(typeof(PathologyPolicy))
    {
    }

    /// <summary>The type; there is one.</summary>
    public static PathologyPolicyType Instance { get; } = new();

    /// <inheritdoc/>
    public override bool Equals(DataViewType? other) => other is PathologyPolicyType;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PathologyPolicyType;

    /// <inheritdoc/>
    public override int GetHashCode() => typeof(PathologyPolicyType).GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => "PathologyPolicy";
}
