using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>Any data view with a column Stage given row by row; rows without a stage are left out.</summary>
internal sealed class StagedRows : IDataView
{
    private readonly IDataView _source;
    private readonly string?[] _stages;

    public StagedRows(IDataView source, string?[] stages)
    {
        _source = source;
        _stages = stages;
        var schema = new DataViewSchema.Builder();
        schema.AddColumns(source.Schema);
        schema.AddColumn(PathologyColumns.Stage, TextDataViewType.Instance);
        Schema = schema.ToSchema();
    }

    /// <inheritdoc/>
    public DataViewSchema Schema { get; }

    /// <inheritdoc/>
    public bool CanShuffle => false;

    /// <inheritdoc/>
    public long? GetRowCount() => _stages.Count(stage => stage is not null);

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        DataViewRowCursor rows = _source.GetRowCursor(needed.Where(column => column.Index < _source.Schema.Count)
            .Select(column => _source.Schema[column.Index]));
        return new Cursor(this, rows, needed.Any(column => column.Index == _source.Schema.Count));
    }

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(StagedRows view, DataViewRowCursor rows, bool stageActive) : DataViewRowCursor
    {
        private long _position = -1;

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => view.Schema;

        private string Stage => rows.Position >= 0 && view._stages[rows.Position] is string stage
            ? stage
            : throw new InvalidOperationException("the cursor stands on no row: call MoveNext first, and stop where it returns false");

        public override bool MoveNext()
        {
            while (rows.MoveNext())
            {
                if (view._stages[rows.Position] is null)
                    continue;
                _position++;
                return true;
            }
            _position = -1;
            return false;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) =>
            IsStage(column) ? stageActive : rows.IsColumnActive(rows.Schema[column.Index]);

        public override ValueGetter<DataViewRowId> GetIdGetter() => rows.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsStage(column))
                return rows.GetGetter<TValue>(rows.Schema[column.Index]);
            if (!stageActive)
                throw new ArgumentOutOfRangeException(nameof(column), $"column [{column.Name}] was not asked for when the cursor was made");
            ValueGetter<ReadOnlyMemory<char>> getter = (ref ReadOnlyMemory<char> value) => value = Stage.AsMemory();
            return getter as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"column [{column.Name}] has values of {column.Type.RawType}, not of {typeof(TValue)}");
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                rows.Dispose();
            base.Dispose(disposing);
        }

        private bool IsStage(DataViewSchema.Column column) => column.Index == rows.Schema.Count;
    }
}
