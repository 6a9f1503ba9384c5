using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Views;

namespace PathVlm.MLNet.Inference.Rollouts;

/// <summary>
/// The columns that hold sampled completions: <c>Rollouts</c> (vector of text) and <c>RolloutTokenCounts</c> (vector of <see cref="int"/>),
/// length G.
/// </summary>
internal static class RolloutColumns
{
    /// <summary>The columns, in the order in which they are added.</summary>
    public static IReadOnlyList<ViewColumn<RolloutGroup>> All { get; } =
    [
        ViewColumn.Texts<RolloutGroup>(PathologyColumns.Rollouts, group => group.Texts),
        ViewColumn.Vector<RolloutGroup, int>(PathologyColumns.RolloutTokenCounts, NumberDataViewType.Int32, group => group.TokenCounts),
    ];

    /// <summary>An input's shape with the columns.</summary>
    public static SchemaShape With(SchemaShape input) => SchemaShapes.With(input, All.Select(column =>
        SchemaShapes.Promise(ColumnShape.Vector(column.Name, ((VectorDataViewType)column.Type).ItemType))));

    /// <summary>An input's schema with the columns.</summary>
    public static DataViewSchema With(DataViewSchema input) => MappedColumns<RolloutGroup>.Append(input, All).Schema;
}
