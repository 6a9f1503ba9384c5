using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Rewards.Judging;

namespace PathVlm.MLNet.Rewards;

/// <summary>
/// A view with process rewards whose cursor, before it enters a block of rows, has the whole block reviewed concurrently; the row's own
/// getter then finds the reviews in the panel's memory. A cursor in which no review column is active asks nobody.
/// </summary>
internal sealed class ReviewAheadView(IDataView input, IDataView reviewed, ProcessRewardTransformer transformer) : IDataView
{
    public bool CanShuffle => false;

    public DataViewSchema Schema => reviewed.Schema;

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        List<DataViewSchema.Column> columns = [.. columnsNeeded];
        DataViewRowCursor rows = reviewed.GetRowCursor(columns);
        bool asks = columns.Exists(column => column.Index >= input.Schema.Count);
        return asks ? new Cursor(rows, input.GetRowCursor(transformer.InputColumns(input.Schema)), transformer) : rows;
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(DataViewRowCursor rows, DataViewRowCursor leader, ProcessRewardTransformer transformer) : DataViewRowCursor
    {
        private readonly Func<IReadOnlyList<ProcessReviewRequest>> requests = transformer.RequestsOf(leader);

        public override DataViewSchema Schema => rows.Schema;

        public override long Position => rows.Position;

        public override long Batch => rows.Batch;

        public override bool MoveNext()
        {
            if (!rows.MoveNext()) return false;
            if (leader.Position < rows.Position) ReviewBlock();
            return true;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => rows.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => rows.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => rows.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                leader.Dispose();
                rows.Dispose();
            }

            base.Dispose(disposing);
        }

        private void ReviewBlock()
        {
            List<ProcessReviewRequest> block = [];
            for (int read = 0; read < transformer.LookAheadRows && leader.MoveNext(); read++) block.AddRange(requests());
            transformer.Prefetch(block);
        }
    }
}
