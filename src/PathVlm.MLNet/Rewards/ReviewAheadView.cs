using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Rewards;

/// <summary>
/// A view with process rewards whose cursor, before it enters a block of rows, has the whole block reviewed concurrently; the row's own
/// getter then finds the reviews in the panel's memory. A cursor in which no review column is active asks nobody.
/// The rows are walked over by the row mapper: the view of ML.NET's own would have worker threads ask row by row, ahead of the blocks, and
/// would wrap what a judge throws.
/// </summary>
internal sealed class ReviewAheadView(IDataView input, IDataView reviewed, ProcessRewardTransformer transformer) : IDataView
{
    private readonly IRowToRowMapper _mapper = ((ITransformer)transformer).GetRowToRowMapper(input.Schema);

    public bool CanShuffle => false;

    public DataViewSchema Schema => _mapper.OutputSchema;

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        List<DataViewSchema.Column> columns = [.. columnsNeeded];
        bool asks = columns.Exists(column => column.Index >= input.Schema.Count);
        return asks ? new Cursor(input, _mapper, columns, transformer) : reviewed.GetRowCursor(columns.Select(column => reviewed.Schema[column.Index]));
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : DataViewRowCursor
    {
        private readonly DataViewRowCursor _rows;
        private readonly DataViewRow _row;
        private readonly DataViewRowCursor _leader;
        private readonly ProcessRewardTransformer _transformer;
        private readonly Func<IReadOnlyList<ProcessReviewRequest>> _requests;

        internal Cursor(IDataView input, IRowToRowMapper mapper, IReadOnlyList<DataViewSchema.Column> columns, ProcessRewardTransformer transformer)
        {
            _transformer = transformer;
            DataViewSchema.Column[] needed = [.. columns.Select(column => mapper.OutputSchema[column.Index])];
            _rows = input.GetRowCursor(mapper.GetDependencies(needed));
            _row = mapper.GetRow(_rows, needed);
            _leader = input.GetRowCursor(transformer.InputColumns(input.Schema));
            _requests = transformer.RequestsOf(_leader);
        }

        public override DataViewSchema Schema => _row.Schema;

        public override long Position => _rows.Position;

        public override long Batch => _rows.Batch;

        public override bool MoveNext()
        {
            if (!_rows.MoveNext()) return false;
            if (_leader.Position < _rows.Position) ReviewBlock();
            return true;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => _row.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => _row.GetGetter<TValue>(column);

        public override ValueGetter<DataViewRowId> GetIdGetter() => _rows.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _leader.Dispose();
                _row.Dispose();
                _rows.Dispose();
            }

            base.Dispose(disposing);
        }

        private void ReviewBlock()
        {
            List<ProcessReviewRequest> block = [];
            for (int read = 0; read < _transformer.LookAheadRows && _leader.MoveNext(); read++) block.AddRange(_requests());
            if (block.Count > 0) _transformer.Prefetch(block); // none are left where the leader is through: the last block goes on
        }
    }
}
