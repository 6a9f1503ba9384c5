using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Data.Rows;

/// <summary>
/// Cursor of a <see cref="PathologyDataView"/>. Of several cursors over the same rows, cursor i of n takes the batches i, i + n, i + 2n ...
/// of <see cref="BatchRows"/> rows each, so that batch numbers put the rows in order again.
/// </summary>
internal sealed class PathologyDataViewCursor(PathologyDataView view, bool[] active, int[] order, int index, int count) : DataViewRowCursor
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
    public override DataViewSchema Schema => view.Schema;

    private PathologyQuestion Current => _row >= 0
        ? view.Questions[_row]
        : throw new InvalidOperationException("the cursor stands on no row: call MoveNext first, and stop where it returns false");

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
    public override bool IsColumnActive(DataViewSchema.Column column) => Check(column) && active[column.Index];

    /// <inheritdoc/>
    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId value) =>
    {
        _ = Current;
        value = new DataViewRowId((ulong)_row, 0);
    };

    /// <inheritdoc/>
    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new ArgumentOutOfRangeException(nameof(column), $"column [{column.Name}] was not asked for when the cursor was made");
        Delegate getter = column.Name switch
        {
            PathologyColumns.Id => Text(question => question.Id),
            PathologyColumns.Image => (ValueGetter<MLImage>)GetImage,
            PathologyColumns.ImagePath => Text(question => question.ImagePath),
            PathologyColumns.Question => Text(question => question.Question),
            PathologyColumns.Options => (ValueGetter<VBuffer<ReadOnlyMemory<char>>>)GetOptions,
            PathologyColumns.Answer => Text(question => question.Answer),
            PathologyColumns.Explanation => Text(question => question.Explanation),
            PathologyColumns.Subset => Text(question => question.Subset),
            _ => Text(question => question.Stage ?? ""),
        };
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"column [{column.Name}] has values of {column.Type.RawType}, not of {typeof(TValue)}");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        _row = -1;
        _position = -1;
        base.Dispose(disposing);
    }

    private bool Check(DataViewSchema.Column column) => column.Index < active.Length && view.Schema[column.Index].Name == column.Name
        ? true
        : throw new ArgumentOutOfRangeException(nameof(column), $"column [{column.Name}] does not belong to this view");

    private ValueGetter<ReadOnlyMemory<char>> Text(Func<PathologyQuestion, string> select) =>
        (ref ReadOnlyMemory<char> value) => value = select(Current).AsMemory();

    private void GetOptions(ref VBuffer<ReadOnlyMemory<char>> value)
    {
        IReadOnlyList<string> options = Current.Options;
        VBufferEditor<ReadOnlyMemory<char>> editor = VBufferEditor.Create(ref value, options.Count);
        for (int option = 0; option < options.Count; option++)
            editor.Values[option] = options[option].AsMemory();
        value = editor.Commit();
    }

    private void GetImage(ref MLImage value)
    {
        RgbPicture picture = Decode(Current);
        value?.Dispose();
        value = MLImages.FromPicture(picture);
    }

    /// <summary>A question's picture.</summary>
    /// <exception cref="InvalidDataException">There is none, or it cannot be read (message: the row).</exception>
    internal static RgbPicture Decode(PathologyQuestion question)
    {
        if (question.ImagePath.Length == 0)
            throw new InvalidDataException($"row [{question.Id}]: column [{PathologyColumns.ImagePath}] is empty, so there is no picture");
        try
        {
            return PictureFile.Decode(question.ImagePath);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"row [{question.Id}], column [{PathologyColumns.Image}]: {fault.Message}", fault);
        }
    }
}
