using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Inference.Answering;

/// <summary>
/// Walks a <see cref="LookAheadView{T}"/> with two cursors over the input: one that the caller sees, and one ahead of it that reads the
/// rows to answer. The one ahead starts when an answer is first asked for.
/// </summary>
internal sealed class LookAheadCursor<T> : DataViewRowCursor
    where T : class
{
    private const PathologyRowNeeds Needs = PathologyRowNeeds.Image;
    private readonly LookAheadView<T> _view;
    private readonly DataViewRowCursor _follower;
    private readonly bool[] _active;
    private readonly Queue<Pending> _pending = new();
    private readonly ValueGetter<DataViewRowId>? _followerId;
    private DataViewRowCursor? _leader;
    private PathologyRowReader? _reader;
    private ValueGetter<DataViewRowId>? _leaderId;

    internal LookAheadCursor(LookAheadView<T> view, IEnumerable<DataViewSchema.Column> columnsNeeded)
    {
        _view = view;
        _active = new bool[view.Schema.Count];
        foreach (DataViewSchema.Column column in columnsNeeded) _active[Own(column)] = true;
        int[] sources = [.. Enumerable.Range(0, _active.Length).Where(column => _active[column]).Select(view.SourceOf)];
        _follower = view.Input.GetRowCursor(sources.Where(source => source >= 0).Select(source => view.Input.Schema[source]));
        if (sources.Any(source => source < 0)) _followerId = _follower.GetIdGetter();
    }

    public override DataViewSchema Schema => _view.Schema;

    public override long Position => _follower.Position;

    public override long Batch => _follower.Batch;

    public override bool MoveNext() => _follower.MoveNext();

    public override bool IsColumnActive(DataViewSchema.Column column) => _active[Own(column)];

    public override ValueGetter<DataViewRowId> GetIdGetter() => _follower.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        int index = Own(column);
        if (!_active[index])
            throw new ArgumentOutOfRangeException(nameof(column), $"column [{column.Name}] was not asked for when the cursor was made");
        int source = _view.SourceOf(index);
        if (source >= 0) return _follower.GetGetter<TValue>(_view.Input.Schema[source]);
        return _view.Columns[~source].Getter(Current) as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"column [{column.Name}] has values of {column.Type.RawType}, not of {typeof(TValue)}");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _leader?.Dispose();
            _follower.Dispose();
        }
        base.Dispose(disposing);
    }

    private T Current()
    {
        if (_follower.Position < 0)
            throw new InvalidOperationException("the cursor stands on no row: call MoveNext first, and stop where it returns false");
        while (_pending.TryPeek(out Pending? first) && first.Position < _follower.Position) _pending.Dequeue();
        if (_pending.Count == 0) ReadAhead();
        Pending current = _pending.Peek();
        DataViewRowId id = default;
        _followerId!(ref id);
        if (current.Position != _follower.Position || !current.Id.Equals(id))
            throw new InvalidOperationException($"row {_follower.Position}: the input gave its rows in another order the second time; cache it (mlContext.Data.Cache) before the model answers it.");
        return current.Answer ?? throw Fault(current);
    }

    // A row that cannot be read is told where it is asked for, not where it was read ahead.
    private static InvalidDataException Fault(Pending row) => new(row.Failure!.Message, row.Failure);

    private void ReadAhead()
    {
        if (_leader is null)
        {
            _leader = _view.Input.GetRowCursor(PathologySchema.Columns(_view.Input.Schema, Needs));
            _reader = new PathologyRowReader(_leader, Needs);
            _leaderId = _leader.GetIdGetter();
        }
        List<(long Position, DataViewRowId Id, PathologyRow? Row, Exception? Failure)> read = [];
        while (read.Count < _view.BatchSize && _leader.MoveNext())
        {
            if (_leader.Position < _follower.Position) continue;
            DataViewRowId id = default;
            _leaderId!(ref id);
            PathologyRow? row = null;
            Exception? failure = null;
            try
            {
                row = _reader!.Read();
            }
            catch (Exception fault) when (fault is InvalidDataException or IOException or ArgumentException)
            {
                failure = fault;
            }
            read.Add((_leader.Position, id, row, failure));
        }
        if (read.Count == 0)
            throw new InvalidOperationException($"row {_follower.Position}: the input ended earlier the second time; cache it (mlContext.Data.Cache) before the model answers it.");
        var answers = new Queue<T>(_view.Answer([.. read.Select(item => item.Row).OfType<PathologyRow>()]));
        foreach ((long position, DataViewRowId id, PathologyRow? row, Exception? failure) in read)
            _pending.Enqueue(new Pending(position, id, row is null ? null : answers.Dequeue(), failure));
    }

    private int Own(DataViewSchema.Column column) => column.Index < _view.Schema.Count && _view.Schema[column.Index].Name == column.Name
        ? column.Index
        : throw new ArgumentOutOfRangeException(nameof(column), $"column [{column.Name}] does not belong to this view");

    private sealed record Pending(long Position, DataViewRowId Id, T? Answer, Exception? Failure);
}
