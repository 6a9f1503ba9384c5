using Microsoft.ML;
using Microsoft.ML.Data;

namespace PathVlm.MLNet.Views;

/// <summary>
/// The cursor of every view of this library: columns of the input's cursor pass through, added columns are made from
/// <see cref="Current"/>. A cursor that leaves rows out, repeats them or has no input overrides how it moves.
/// </summary>
/// <typeparam name="TRow">What added columns are made from.</typeparam>
/// <param name="columns">The columns of the view.</param>
/// <param name="active">For each column of the view, whether it was asked for.</param>
/// <param name="input">The cursor over the input, disposed with this one; null where the view has no input.</param>
internal abstract class MappedCursor<TRow>(MappedColumns<TRow> columns, bool[] active, DataViewRowCursor? input) : DataViewRowCursor
{
    /// <summary>What a cursor that stands on no row says.</summary>
    protected const string NoRow = "the cursor stands on no row: call MoveNext first, and stop where it returns false";

    /// <inheritdoc/>
    public sealed override DataViewSchema Schema => columns.Schema;

    /// <inheritdoc/>
    public override long Position => Input.Position;

    /// <inheritdoc/>
    public override long Batch => Input.Batch;

    /// <summary>The cursor over the input.</summary>
    protected DataViewRowCursor Input => input!;

    /// <inheritdoc/>
    public override bool MoveNext() => Input.MoveNext();

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => Input.GetIdGetter();

    /// <inheritdoc/>
    public sealed override bool IsColumnActive(DataViewSchema.Column column) => active[columns.IndexOf(column)];

    /// <inheritdoc/>
    public sealed override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => IsColumnActive(column)
        ? columns.MakeGetter<TValue>(column, input, Current)
        : throw new ArgumentOutOfRangeException(nameof(column), $"column [{column.Name}] was not asked for when the cursor was made");

    /// <summary>What added columns are made from, for the row that the cursor stands on.</summary>
    /// <exception cref="InvalidOperationException">The cursor stands on no row.</exception>
    protected abstract TRow Current();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            input?.Dispose();
        base.Dispose(disposing);
    }
}
