using Microsoft.ML;
using Microsoft.ML.Data;

namespace PathVlm.MLNet.Inference.Rollouts;

/// <summary>
/// Some rows of a view with the completions sampled of them: what rewards score during training. All columns of the view pass through, a
/// picture decoded only where a reward looks at it.
/// </summary>
/// <param name="input">The rows that were sampled from; it gives them in one order.</param>
/// <param name="groups">Completions, by rising position; several groups may be of one row.</param>
internal sealed class RolloutView(IDataView input, IReadOnlyList<RolloutGroup> groups) : IDataView
{
    public DataViewSchema Schema { get; } = RolloutColumns.With(input.Schema);

    public bool CanShuffle => false;

    public long? GetRowCount() => groups.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        bool[] active = new bool[Schema.Count];
        foreach (DataViewSchema.Column column in columnsNeeded) active[column.Index] = true;
        return new Cursor(this, input, groups, active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : DataViewRowCursor
    {
        private readonly RolloutView _view;
        private readonly int _inputCount;
        private readonly IReadOnlyList<RolloutGroup> _groups;
        private readonly bool[] _active;
        private readonly DataViewRowCursor _inner;
        private int _index = -1;

        public Cursor(RolloutView view, IDataView input, IReadOnlyList<RolloutGroup> groups, bool[] active)
        {
            (_view, _groups, _active, _inputCount) = (view, groups, active, input.Schema.Count);
            _inner = input.GetRowCursor(input.Schema.Where(column => active[column.Index]));
        }

        public override DataViewSchema Schema => _view.Schema;

        public override long Position => _index < _groups.Count ? _index : -1;

        public override long Batch => 0;

        public override bool MoveNext()
        {
            if (_index >= _groups.Count || ++_index >= _groups.Count) return false;
            while (_inner.Position < _groups[_index].Position)
                if (!_inner.MoveNext())
                    throw new InvalidOperationException($"row {_groups[_index].Position}: the input ended earlier than when it was sampled from; cache it (mlContext.Data.Cache).");
            return true;
        }

        public override bool IsColumnActive(DataViewSchema.Column column) => _active[column.Index];

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) => value = new DataViewRowId((ulong)_index, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!_active[column.Index])
                throw new ArgumentOutOfRangeException(nameof(column), $"column [{column.Name}] was not asked for when the cursor was made");
            if (column.Index < _inputCount) return _inner.GetGetter<TValue>(_inner.Schema[column.Index]);
            return RolloutColumns.All[column.Index - _inputCount].Getter(() => _groups[_index]) as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"column [{column.Name}] has values of {column.Type.RawType}, not of {typeof(TValue)}");
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) _inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
