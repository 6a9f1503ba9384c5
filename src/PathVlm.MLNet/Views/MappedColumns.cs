using Microsoft.ML;

namespace PathVlm.MLNet.Views;

/// <summary>
/// The columns of a view over another one: the input's columns, passed through, and added columns. An added column hides an input column
/// of its name.
/// </summary>
/// <typeparam name="TRow">What added columns are made from.</typeparam>
internal sealed class MappedColumns<TRow>
{
    private readonly DataViewSchema _input;
    private readonly ViewColumn<TRow>?[] _added;
    private readonly int?[] _inputIndexes;

    /// <summary>Finds the source of each column of a schema.</summary>
    /// <param name="input">The schema of the input.</param>
    /// <param name="schema">
    /// The schema of the view: the input's columns in their order, and among them those of <paramref name="added"/>.
    /// </param>
    /// <param name="added">The added columns.</param>
    public MappedColumns(DataViewSchema input, DataViewSchema schema, IReadOnlyList<ViewColumn<TRow>> added)
    {
        _input = input;
        Schema = schema;
        _added = [.. schema.Select(column => column.IsHidden ? null : added.FirstOrDefault(own => own.Name == column.Name))];
        _inputIndexes = new int?[schema.Count];
        int passed = 0;
        for (int index = 0; index < schema.Count; index++)
            if (_added[index] is null)
                _inputIndexes[index] = passed++;
    }

    private MappedColumns(DataViewSchema schema, ViewColumn<TRow>?[] added, int?[] inputIndexes)
    {
        _input = schema;
        Schema = schema;
        _added = added;
        _inputIndexes = inputIndexes;
    }

    /// <summary>The schema of the view.</summary>
    public DataViewSchema Schema { get; }

    /// <summary>The input's columns with others behind them.</summary>
    public static MappedColumns<TRow> Append(DataViewSchema input, IReadOnlyList<ViewColumn<TRow>> added)
    {
        DataViewSchema.Builder schema = new();
        schema.AddColumns(input);
        foreach (ViewColumn<TRow> column in added)
            schema.AddColumn(column.Name, column.Type);
        return new MappedColumns<TRow>(input, schema.ToSchema(), added);
    }

    /// <summary>The input's columns, the visible one of a name replaced by values of the same type.</summary>
    public static MappedColumns<TRow> Replace(DataViewSchema input, ViewColumn<TRow> replacement)
    {
        ViewColumn<TRow>?[] added =
            [.. input.Select(column => column.Name == replacement.Name && !column.IsHidden ? replacement : null)];
        return new MappedColumns<TRow>(input, added, [.. added.Select((column, index) => column is null ? index : (int?)null)]);
    }

    /// <summary>For each column of the view, whether it is among those that a caller needs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A column does not belong to the view.</exception>
    public bool[] Activate(IEnumerable<DataViewSchema.Column> needed)
    {
        bool[] active = new bool[Schema.Count];
        foreach (DataViewSchema.Column column in needed)
            active[IndexOf(column)] = true;
        return active;
    }

    /// <summary>The input's columns that active ones pass through.</summary>
    public IEnumerable<DataViewSchema.Column> PassedColumns(bool[] active) =>
        _inputIndexes.Where((input, index) => active[index] && input is not null).Select(input => _input[input!.Value]);

    /// <summary>Whether an added column is active.</summary>
    public bool IsAnyAdded(bool[] active) => _added.Where((column, index) => active[index] && column is not null).Any();

    /// <summary>The place of a column in <see cref="Schema"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not belong to the view.</exception>
    public int IndexOf(DataViewSchema.Column column) => column.Index < Schema.Count && Schema[column.Index].Name == column.Name
        ? column.Index
        : throw new ArgumentOutOfRangeException(nameof(column), $"column [{column.Name}] does not belong to this view");

    /// <summary>The getter of a column.</summary>
    /// <param name="column">The column; active.</param>
    /// <param name="input">The input's row; null where the view has no input.</param>
    /// <param name="current">Gives what added columns are made from.</param>
    /// <exception cref="InvalidOperationException">The column has values of another type.</exception>
    public ValueGetter<TValue> MakeGetter<TValue>(DataViewSchema.Column column, DataViewRow? input, Func<TRow> current)
    {
        int index = IndexOf(column);
        return _added[index] is not { } added
            ? input!.GetGetter<TValue>(_input[_inputIndexes[index]!.Value])
            : added.MakeGetter(current) as ValueGetter<TValue> ?? throw new InvalidOperationException(
                $"column [{column.Name}] has values of {column.Type.RawType}, not of {typeof(TValue)}");
    }
}
