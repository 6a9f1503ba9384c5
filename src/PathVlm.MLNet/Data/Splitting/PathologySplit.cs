using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Data.Splitting;

/// <summary>
/// A data view with its rows shared out to stages: the column <see cref="PathologyColumns.Stage"/> is added (or replaced), rows that no
/// stage took are left out. Everything else is the source's, as lazy as before.
/// </summary>
public sealed class PathologySplit : IDataView
{
    internal PathologySplit(IDataView source, string?[] stages, SplitReport report)
    {
        Report = report;
        Rows = (source is PathologySplit split ? split.Rows : source) is PathologyDataView view
            ? view.With(
                view.Questions.Zip(stages, (question, stage) => question with { Stage = stage }).Where(row => row.Stage is not null))
            : new StagedRows(source, stages);
    }

    /// <summary>What each stage got.</summary>
    public SplitReport Report { get; }

    /// <inheritdoc/>
    public DataViewSchema Schema => Rows.Schema;

    /// <inheritdoc/>
    public bool CanShuffle => Rows.CanShuffle;

    internal IDataView Rows { get; }

    /// <inheritdoc/>
    public long? GetRowCount() => Rows.GetRowCount();

    /// <inheritdoc/>
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        Rows.GetRowCursor(columnsNeeded, rand);

    /// <inheritdoc/>
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        Rows.GetRowCursorSet(columnsNeeded, n, rand);
}
