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
    private readonly LookAheadView<T> view;
    private readonly DataViewRowCursor follower;
    private readonly bool[] active;
    private readonly Queue<Pending> pending = new();
    private readonly ValueGetter<DataViewRowId>? followerId;
    private DataViewRowCursor? leader;
    private PathologyRowReader? reader;
    private ValueGetter<DataViewRowId>? leaderId;

    internal LookAheadCursor(LookAheadView<T> view, IEnumerable<DataViewSchema.Column> columnsNeeded)
    {
        this.view = view;
        active = new bool[view.Schema.Count];
        foreach (DataViewSchema.Column column in columnsNeeded) active[Own(column)] = true;
        int[] sources = [.. Enumerable.Range(0, active.Length).Where(column => active[column]).Select(view.SourceOf)];
        follower = view.Input.GetRowCursor(sources.Where(source => source >= 0).Select(source => view.Input.Schema[source]));
        if (sources.Any(source => source < 0)) followerId = follower.GetIdGetter();
    }

    public override DataViewSchema Schema => view.Schema;

    public override long Position => follower.Position;

    public override long Batch => follower.Batch;

    public override bool MoveNext() => follower.MoveNext();

    public override bool IsColumnActive(DataViewSchema.Column column) => active[Own(column)];

    public override ValueGetter<DataViewRowId> GetIdGetter() => follower.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        int index = Own(column);
        if (!active[index])
            throw new ArgumentOutOfRangeException(nameof(column), $"column [{column.Name}] was not asked for when the cursor was made");
        int source = view.SourceOf(index);
        if (source >= 0) return follower.GetGetter<TValue>(view.Input.Schema[source]);
        return view.Columns[~source].Getter(Current) as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"column [{column.Name}] has values of {column.Type.RawType}, not of {typeof(TValue)}");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            leader?.Dispose();
            follower.Dispose();
        }
        base.Dispose(disposing);
    }

    private T Current()
    {
        if (follower.Position < 0)
            throw new InvalidOperationException("the cursor stands on no row: call MoveNext first, and stop where it returns false");
        while (pending.TryPeek(out Pending? first) && first.Position < follower.Position) pending.Dequeue();
        if (pending.Count == 0) ReadAhead();
        Pending current = pending.Peek();
        DataViewRowId id = default;
        followerId!(ref id);
        if (current.Position != follower.Position || !current.Id.Equals(id))
            throw new InvalidOperationException($"row {follower.Position}: the input gave its rows in another order the second time; cache it (mlContext.Data.Cache) before the model answers it.");
        return current.Answer ?? throw Fault(current);
    }

    // A row that cannot be read is told where it is asked for, not where it was read ahead.
    private static InvalidDataException Fault(Pending row) => new(row.Failure!.Message, row.Failure);

    private void ReadAhead()
    {
        if (leader is null)
        {
            leader = view.Input.GetRowCursor(PathologySchema.Columns(view.Input.Schema, Needs));
            reader = new PathologyRowReader(leader, Needs);
            leaderId = leader.GetIdGetter();
        }
        List<(long Position, DataViewRowId Id, PathologyRow? Row, Exception? Failure)> read = [];
        while (read.Count < view.BatchSize && leader.MoveNext())
        {
            if (leader.Position < follower.Position) continue;
            DataViewRowId id = default;
            leaderId!(ref id);
            PathologyRow? row = null;
            Exception? failure = null;
            try
            {
                row = reader!.Read();
            }
            catch (Exception fault) when (fault is InvalidDataException or IOException or ArgumentException)
            {
                failure = fault;
            }
            read.Add((leader.Position, id, row, failure));
        }
        if (read.Count == 0)
            throw new InvalidOperationException($"row {follower.Position}: the input ended earlier the second time; cache it (mlContext.Data.Cache) before the model answers it.");
        var answers = new Queue<T>(view.Answer([.. read.Select(item => item.Row).OfType<PathologyRow>()]));
        foreach ((long position, DataViewRowId id, PathologyRow? row, Exception? failure) in read)
            pending.Enqueue(new Pending(position, id, row is null ? null : answers.Dequeue(), failure));
    }

    private int Own(DataViewSchema.Column column) => column.Index < view.Schema.Count && view.Schema[column.Index].Name == column.Name
        ? column.Index
        : throw new ArgumentOutOfRangeException(nameof(column), $"column [{column.Name}] does not belong to this view");

    private sealed record Pending(long Position, DataViewRowId Id, T? Answer, Exception? Failure);
}
