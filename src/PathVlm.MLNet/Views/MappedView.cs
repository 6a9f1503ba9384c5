using Microsoft.ML;

namespace PathVlm.MLNet.Views;

/// <summary>A view over another one, walked by one cursor in the input's order.</summary>
/// <typeparam name="TRow">What added columns are made from.</typeparam>
/// <param name="input">The rows.</param>
/// <param name="columns">The columns of the view.</param>
internal abstract class MappedView<TRow>(IDataView input, MappedColumns<TRow> columns) : IDataView
{
    /// <inheritdoc/>
    public DataViewSchema Schema => columns.Schema;

    /// <summary>False unless a view says otherwise.</summary>
    public virtual bool CanShuffle => false;

    /// <summary>The rows.</summary>
    protected IDataView Input => input;

    /// <summary>The columns of the view.</summary>
    protected MappedColumns<TRow> Columns => columns;

    /// <inheritdoc/>
    public virtual long? GetRowCount() => input.GetRowCount();

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        return CreateCursor(columns.Activate(columnsNeeded), rand);
    }

    /// <summary>One cursor, whatever <paramref name="n"/> is, unless a view says otherwise.</summary>
    public virtual DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    /// <summary>A cursor over all rows.</summary>
    /// <param name="active">For each column of the view, whether it was asked for.</param>
    /// <param name="rand">The order of the rows where <see cref="CanShuffle"/> is true; otherwise ignored.</param>
    protected abstract DataViewRowCursor CreateCursor(bool[] active, Random? rand);
}
