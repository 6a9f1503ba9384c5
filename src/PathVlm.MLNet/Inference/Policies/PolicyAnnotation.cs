using Microsoft.ML;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Persistence;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>
/// How a policy travels down a chain: an annotation of the column <see cref="PathologyColumns.Response"/>, in which the next stage finds
/// the model it continues from. It is never written to a file.
/// </summary>
internal static class PolicyAnnotation
{
    public const string Name = "PathologyPolicy";

    /// <summary>What an estimator promises.</summary>
    public static ColumnShape Shape { get; } = ColumnShape.Scalar(Name, PathologyPolicyType.Instance);

    /// <summary>Annotations of the column that holds the policy's answers.</summary>
    public static DataViewSchema.Annotations Of(PathologyPolicy policy)
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(Name, PathologyPolicyType.Instance, (ref PathologyPolicy value) => value = policy);
        return annotations.ToAnnotations();
    }

    /// <summary>The policy whose answers the schema's column <see cref="PathologyColumns.Response"/> holds, or null.</summary>
    public static PathologyPolicy? Find(DataViewSchema schema)
    {
        if (schema.GetColumnOrNull(PathologyColumns.Response) is not DataViewSchema.Column column) return null;
        if (column.Annotations.Schema.GetColumnOrNull(Name) is not { Type: PathologyPolicyType }) return null;
        PathologyPolicy policy = null!;
        column.Annotations.GetValue(Name, ref policy);
        return policy;
    }

    /// <summary>Whether a policy is promised.</summary>
    public static bool IsPromised(SchemaShape schema) =>
        SchemaShapes.Find(schema, PathologyColumns.Response) is SchemaShape.Column column
        && SchemaShapes.Find(column.Annotations, Name) is { ItemType: PathologyPolicyType };
}
