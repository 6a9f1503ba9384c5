using Microsoft.ML;
using Microsoft.ML.Data;

namespace PathVlm.MLNet.Views;

/// <summary>
/// The rows of an input with columns that are made block by block, from rows that are read ahead. A cursor in which no added column is
/// active reads nothing ahead. The rows are walked by one cursor, so that one block is worked on at a time.
/// </summary>
/// <typeparam name="TItem">What is read of a row.</typeparam>
/// <typeparam name="TResult">What the work gives for a row.</typeparam>
/// <param name="input">The rows. Two cursors walk them side by side, so they have to come in one order.</param>
/// <param name="columns">The input's columns and the added ones.</param>
/// <param name="lookAhead">How rows are read ahead and worked on.</param>
internal sealed class LookAheadView<TItem, TResult>(
    IDataView input, MappedColumns<TResult> columns, LookAhead<TItem, TResult> lookAhead) : MappedView<TResult>(input, columns)
    where TItem : class
    where TResult : class
{
    protected override DataViewRowCursor CreateCursor(bool[] active, Random? rand) =>
        new Cursor(Columns, active, Input.GetRowCursor(Columns.PassedColumns(active)), new BlockReader<TItem, TResult>(Input, lookAhead));

    private sealed class Cursor(
        MappedColumns<TResult> columns, bool[] active, DataViewRowCursor input, BlockReader<TItem, TResult> blocks)
        : MappedCursor<TResult>(columns, active, input)
    {
        private readonly ValueGetter<DataViewRowId>? _id = columns.IsAnyAdded(active) ? input.GetIdGetter() : null;

        protected override TResult Current()
        {
            if (Position < 0)
                throw new InvalidOperationException(NoRow);
            DataViewRowId id = default;
            _id!(ref id);
            return blocks.At(Position, id);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                blocks.Dispose();
            base.Dispose(disposing);
        }
    }
}
