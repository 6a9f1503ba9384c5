using Microsoft.ML;
using Microsoft.ML.Data.DataLoadSave;

namespace PathVlm.MLNet.Persistence;

/// <summary>Schema shapes of estimators: ML.NET keeps their constructors internal.</summary>
internal static class SchemaShapes
{
    /// <summary>The shape of a schema that data has.</summary>
    public static SchemaShape Of(DataViewSchema schema) => SchemaShape.Create(schema);

    /// <summary>The column of that name, or null.</summary>
    public static SchemaShape.Column? Find(SchemaShape shape, string name) =>
        shape.TryFindColumn(name, out SchemaShape.Column column) ? column : null;

    /// <summary>A column's type as ML.NET's messages write it.</summary>
    public static string TypeOf(SchemaShape.Column column) => column.GetTypeString();

    /// <summary>A schema of that shape, for components that are known by their transformer alone.</summary>
    public static DataViewSchema Example(SchemaShape shape) => FakeSchemaFactory.Create(shape);

    /// <summary>What a column added by an estimator promises.</summary>
    /// <param name="shape">Name and type.</param>
    /// <param name="knownLength">Whether a vector's length is part of the column's type.</param>
    /// <param name="annotations">Annotations it will carry.</param>
    public static SchemaShape.Column Promise(ColumnShape shape, bool knownLength = false, params ColumnShape[] annotations) => new(
        shape.Name,
        !shape.IsVector ? SchemaShape.Column.VectorKind.Scalar : knownLength ? SchemaShape.Column.VectorKind.Vector
            : SchemaShape.Column.VectorKind.VariableVector,
        shape.ItemType,
        isKey: false,
        new SchemaShape(annotations.Select(annotation => Promise(annotation))));

    /// <summary>The input's shape with <paramref name="added"/> in place of columns of the same name, or behind them.</summary>
    public static SchemaShape With(SchemaShape input, IEnumerable<SchemaShape.Column> added)
    {
        Dictionary<string, SchemaShape.Column> columns = input.ToDictionary(column => column.Name, StringComparer.Ordinal);
        foreach (SchemaShape.Column column in added) columns[column.Name] = column;
        return new SchemaShape(columns.Values);
    }
}
