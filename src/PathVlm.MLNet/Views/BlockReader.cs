using Microsoft.ML;
using Microsoft.ML.Data;

namespace PathVlm.MLNet.Views;

/// <summary>
/// Walks an input ahead of the cursor that a caller sees, block by block, and hands out the results row by row. Nothing is read before the
/// first result is asked for.
/// </summary>
internal sealed class BlockReader<TItem, TResult>(IDataView input, LookAhead<TItem, TResult> lookAhead) : IDisposable
    where TItem : class
    where TResult : class
{
    private readonly Queue<Pending> _pending = new();
    private DataViewRowCursor? _cursor;
    private Func<TItem>? _reader;
    private ValueGetter<DataViewRowId>? _id;

    /// <summary>The result for a row; rows are asked for in their order, and may be skipped.</summary>
    /// <param name="position">The row's position.</param>
    /// <param name="id">The row's id, which tells whether both cursors see the same order.</param>
    /// <exception cref="InvalidDataException">The row cannot be read.</exception>
    /// <exception cref="InvalidOperationException">
    /// The input gave its rows in another order, or fewer of them, than to the caller.
    /// </exception>
    public TResult At(long position, DataViewRowId id)
    {
        while (_pending.TryPeek(out Pending? first) && first.Position < position)
            _pending.Dequeue();
        if (_pending.Count == 0)
            ReadBlock(position);
        Pending found = _pending.Peek();
        if (found.Position != position || !found.Id.Equals(id))
            throw new InvalidOperationException($"row {position}: the input gave its rows in another order the second time; {Remedy}");
        // A row that cannot be read is reported where it is asked for, not where it was read ahead.
        return found.Result ?? throw new InvalidDataException(found.Failure!.Message, found.Failure);
    }

    /// <inheritdoc/>
    public void Dispose() => _cursor?.Dispose();

    private const string Remedy = "cache it (mlContext.Data.Cache) before this transformer";

    private void ReadBlock(long position)
    {
        if (_cursor is null)
        {
            _cursor = input.GetRowCursor(lookAhead.Columns(input.Schema));
            _reader = lookAhead.MakeReader(_cursor);
            _id = _cursor.GetIdGetter();
        }
        List<(long Position, DataViewRowId Id, TItem? Item, Exception? Failure)> block = [];
        while (block.Count < lookAhead.BlockSize && _cursor.MoveNext())
            if (_cursor.Position >= position)
                block.Add(ReadRow());
        if (block.Count == 0)
            throw new InvalidOperationException($"row {position}: the input ended earlier the second time; {Remedy}");
        Queue<TResult> results = new(lookAhead.Work([.. block.Select(row => row.Item).OfType<TItem>()]));
        foreach ((long place, DataViewRowId id, TItem? item, Exception? failure) in block)
            _pending.Enqueue(new Pending(place, id, item is null ? null : results.Dequeue(), failure));
    }

    private (long Position, DataViewRowId Id, TItem? Item, Exception? Failure) ReadRow()
    {
        DataViewRowId id = default;
        _id!(ref id);
        try
        {
            return (_cursor!.Position, id, _reader!(), null);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or ArgumentException)
        {
            return (_cursor!.Position, id, null, fault);
        }
    }

    private sealed record Pending(long Position, DataViewRowId Id, TResult? Result, Exception? Failure);
}
