using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace PathVlm.MLNet.Persistence;

/// <summary>What an estimator needs of a column or promises about one it adds.</summary>
/// <param name="Name">Column name.</param>
/// <param name="ItemType">Type of the value, or of a vector's items.</param>
/// <param name="IsVector">Whether the column holds a vector (of any length).</param>
internal sealed record ColumnShape(string Name, DataViewType ItemType, bool IsVector)
{
    /// <summary>A column with one value a row.</summary>
    public static ColumnShape Scalar(string name, DataViewType type) => new(name, type, false);

    /// <summary>A column with a vector a row.</summary>
    public static ColumnShape Vector(string name, DataViewType itemType) => new(name, itemType, true);

    /// <summary>Kind as error messages write it, e.g. <c>Vector&lt;Single&gt;</c>.</summary>
    public string Kind => IsVector ? $"Vector<{ItemType}>" : ItemType.ToString()!;

    /// <summary>Finds the column in <paramref name="schema"/>.</summary>
    /// <param name="schema">Schema of the input.</param>
    /// <param name="component">Who asks, for the message.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing, or of another type.</exception>
    public DataViewSchema.Column Find(DataViewSchema schema, string component)
    {
        ArgumentNullException.ThrowIfNull(schema);
        if (schema.GetColumnOrNull(Name) is not DataViewSchema.Column column)
            throw new ArgumentOutOfRangeException(nameof(schema), Missing(component, schema.Select(item => item.Name)));
        DataViewType item = column.Type is VectorDataViewType vector ? vector.ItemType : column.Type;
        if (column.Type is VectorDataViewType != IsVector || !SameItem(item))
            throw new ArgumentOutOfRangeException(nameof(schema), Mistyped(component, column.Type.ToString()!));
        return column;
    }

    /// <summary>Finds the column in the shape an estimator is given.</summary>
    /// <inheritdoc cref="Find(DataViewSchema, string)"/>
    public SchemaShape.Column Find(SchemaShape schema, string component)
    {
        ArgumentNullException.ThrowIfNull(schema);
        if (SchemaShapes.Find(schema, Name) is not SchemaShape.Column column)
            throw new ArgumentOutOfRangeException(nameof(schema), Missing(component, schema.Select(item => item.Name)));
        bool vector = column.Kind != SchemaShape.Column.VectorKind.Scalar;
        if (vector != IsVector || !SameItem(column.ItemType))
            throw new ArgumentOutOfRangeException(nameof(schema), Mistyped(component, SchemaShapes.TypeOf(column)));
        return column;
    }

    // A picture column carries its size in its type; any size will do.
    private bool SameItem(DataViewType item) => ItemType is ImageDataViewType ? item is ImageDataViewType : item.Equals(ItemType);

    private string Missing(string component, IEnumerable<string> names) =>
        $"{component}: input column [{Name}] of type {Kind} is missing; the input has [{string.Join(", ", names)}].";

    private string Mistyped(string component, string found) => $"{component}: input column [{Name}]: expected {Kind}, got {found}.";
}
