using Microsoft.ML;

namespace PathVlm.MLNet.Tests.Contract;

/// <summary>Passes rows through and counts which columns were asked for.</summary>
internal sealed class CountingDataView(IDataView inner) : IDataView
{
    private readonly HashSet<string> _active = [];

    /// <summary>Columns that some cursor asked for.</summary>
    public IReadOnlyCollection<string> Active => _active;

    public DataViewSchema Schema => inner.Schema;

    public bool CanShuffle => inner.CanShuffle;

    public long? GetRowCount() => inner.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        lock (_active) _active.UnionWith(needed.Select(column => column.Name));
        return inner.GetRowCursor(needed, rand);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
