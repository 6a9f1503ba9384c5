using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;
using PathVlm.MLNet.Persistence;

namespace PathVlm.MLNet.Data.Rows;

/// <summary>The input columns of a data view: which are needed, which type each has, what is said where one does not fit.</summary>
internal static class PathologySchema
{
    private static readonly string[] Texts =
    [
        PathologyColumns.Id, PathologyColumns.ImagePath, PathologyColumns.Answer, PathologyColumns.Explanation,
        PathologyColumns.Subset, PathologyColumns.Stage, PathologyColumns.Group,
    ];

    /// <summary>Checks the columns that a reader with these needs takes; all faults are told at once.</summary>
    /// <param name="schema">The schema to check.</param>
    /// <param name="needs">What the reader cannot do without.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A needed column is missing, or one that is there has a type that is not taken.
    /// </exception>
    public static void Check(DataViewSchema schema, PathologyRowNeeds needs)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var faults = new List<string>();
        foreach ((string name, bool vector, bool image, bool needed) in Inputs(needs))
        {
            DataViewSchema.Column? found = schema.GetColumnOrNull(name);
            string expected = Describe(vector, image);
            if (found is null && needed)
                faults.Add($"column [{name}] is missing, expected {expected}");
            else if (found is { } column && !Fits(column.Type, vector, image))
                faults.Add($"column [{name}]: expected {expected}, got {column.Type}");
        }
        Report(faults, nameof(schema), schema.Select(column => column.Name));
    }

    /// <summary>Checks an estimator's promised input; all faults are told at once.</summary>
    /// <param name="schema">The shape to check.</param>
    /// <param name="needs">What the reader cannot do without.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A needed column is missing, or one that is there has a type that is not taken.
    /// </exception>
    public static void Check(SchemaShape schema, PathologyRowNeeds needs)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var faults = new List<string>();
        foreach ((string name, bool vector, bool image, bool needed) in Inputs(needs))
        {
            string expected = Describe(vector, image);
            if (SchemaShapes.Find(schema, name) is not SchemaShape.Column column)
            {
                if (needed)
                    faults.Add($"column [{name}] is missing, expected {expected}");
                continue;
            }
            bool isVector = column.Kind != SchemaShape.Column.VectorKind.Scalar;
            bool fits = image ? column.ItemType is ImageDataViewType : column.ItemType is TextDataViewType && isVector == vector;
            if (!fits)
                faults.Add($"column [{name}]: expected {expected}, got {SchemaShapes.TypeOf(column)}");
        }
        Report(faults, nameof(schema), schema.Select(column => column.Name));
    }

    /// <summary>The columns of a view that a reader with these needs looks at.</summary>
    /// <param name="schema">A schema that passed <see cref="Check(DataViewSchema, PathologyRowNeeds)"/>.</param>
    /// <param name="needs">What the reader cannot do without; the image column is left out where it is not needed.</param>
    /// <returns>The needed columns and those optional ones that are there.</returns>
    public static IEnumerable<DataViewSchema.Column> Columns(DataViewSchema schema, PathologyRowNeeds needs)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return Inputs(needs).Select(input => schema.GetColumnOrNull(input.Name)).OfType<DataViewSchema.Column>();
    }

    private static IEnumerable<(string Name, bool Vector, bool Image, bool Needed)> Inputs(PathologyRowNeeds needs)
    {
        yield return (PathologyColumns.Question, false, false, true);
        yield return (PathologyColumns.Options, true, false, false);
        if (needs.HasFlag(PathologyRowNeeds.Image))
            yield return (PathologyColumns.Image, false, true, true);
        foreach (string name in Texts)
        {
            bool needed = name == PathologyColumns.Answer && needs.HasFlag(PathologyRowNeeds.Answer)
                || name == PathologyColumns.Explanation && needs.HasFlag(PathologyRowNeeds.Explanation);
            yield return (name, false, false, needed);
        }
    }

    private static bool Fits(DataViewType type, bool vector, bool image) => image
        ? type is ImageDataViewType
        : vector ? type is VectorDataViewType { ItemType: TextDataViewType } : type is TextDataViewType;

    private static string Describe(bool vector, bool image) =>
        image ? "Image (MLImage)" : vector ? "vector of text" : "text";

    private static void Report(List<string> faults, string parameter, IEnumerable<string> names)
    {
        if (faults.Count > 0)
            throw new ArgumentOutOfRangeException(parameter, $"{string.Join("; ", faults)} (columns found: {string.Join(", ", names)})");
    }
}
