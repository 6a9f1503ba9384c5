using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Views;

namespace PathVlm.MLNet.Data.Rows;

/// <summary>
/// Cursor of a <see cref="PathologyDataView"/>. Of several cursors over the same rows, cursor i of n walks the batches i, i + n, i + 2n ...
/// of <see cref="BatchRows"/> rows each, so that batch numbers put the rows in order again.
/// </summary>
internal sealed class PathologyDataViewCursor(
    IReadOnlyList<PathologyQuestion> questions, MappedColumns<PathologyQuestion> columns, bool[] active, int[] order, int index, int count)
    : MappedCursor<PathologyQuestion>(columns, active, input: null)
{
    /// <summary>Rows of a batch.</summary>
    internal const int BatchRows = 16;

    private int _next = index * BatchRows;
    private int _row = -1;
    private long _position = -1;
    private long _batch = index;
    private bool _disposed;

    /// <inheritdoc/>
    public override long Position => _position;

    /// <inheritdoc/>
    public override long Batch => _batch;

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        if (_disposed || _next >= order.Length)
        {
            _row = -1;
            _position = -1;
            return false;
        }
        _row = order[_next];
        _batch = _next / BatchRows;
        _position = _next / BatchRows / count * BatchRows + _next % BatchRows;
        _next++;
        if (_next % BatchRows == 0)
            _next += (count - 1) * BatchRows;
        return true;
    }

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) =>
    {
        _ = Current();
        value = new DataViewRowId((ulong)_row, 0);
    };

    /// <inheritdoc/>
    protected override PathologyQuestion Current() => _row >= 0 ? questions[_row] : throw new InvalidOperationException(NoRow);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        _row = -1;
        _position = -1;
        base.Dispose(disposing);
    }
}
