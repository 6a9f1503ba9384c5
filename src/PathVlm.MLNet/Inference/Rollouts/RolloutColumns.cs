using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Persistence;

namespace PathVlm.MLNet.Inference.Rollouts;

/// <summary>The columns that hold sampled completions: <c>Rollouts</c> (vector of text) and <c>RolloutTokenCounts</c> (vector of <see cref="int"/>), length G.</summary>
internal static class RolloutColumns
{
    /// <summary>The columns, in the order in which they are added.</summary>
    public static IReadOnlyList<AnswerColumn<RolloutGroup>> All { get; } =
    [
        Vector(PathologyColumns.Rollouts, TextDataViewType.Instance, group => group.Texts.Select(text => text.AsMemory())),
        Vector(PathologyColumns.RolloutTokenCounts, NumberDataViewType.Int32, group => group.TokenCounts),
    ];

    /// <summary>An input's shape with the columns.</summary>
    public static SchemaShape With(SchemaShape input) => SchemaShapes.With(input, All.Select(column =>
        SchemaShapes.Promise(ColumnShape.Vector(column.Name, ((VectorDataViewType)column.Type).ItemType))));

    /// <summary>An input's schema with the columns.</summary>
    public static DataViewSchema With(DataViewSchema input)
    {
        var schema = new DataViewSchema.Builder();
        schema.AddColumns(input);
        foreach (AnswerColumn<RolloutGroup> column in All) schema.AddColumn(column.Name, column.Type);
        return schema.ToSchema();
    }

    private static AnswerColumn<RolloutGroup> Vector<T>(string name, PrimitiveDataViewType item, Func<RolloutGroup, IEnumerable<T>> select) =>
        new(name, new VectorDataViewType(item), current => (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) =>
        {
            T[] values = [.. select(current())];
            value = new VBuffer<T>(values.Length, values);
        }));
}
