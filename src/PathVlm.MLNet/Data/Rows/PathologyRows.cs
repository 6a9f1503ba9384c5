using Microsoft.ML;

namespace PathVlm.MLNet.Data.Rows;

/// <summary>The way back from a data view: rows for trainers, models and evaluation, from any view that has the columns.</summary>
public static class PathologyRows
{
    /// <summary>Reads rows in the view's order; a picture is decoded for the rows that are returned and no others.</summary>
    /// <param name="data">A view of ours, or one made with <c>LoadFromEnumerable</c>, a text loader, ML.NET's image loader …</param>
    /// <param name="needs">What each row must have.</param>
    /// <param name="stage">
    /// Where the view has the column <see cref="PathologyColumns.Stage"/>, only rows of this stage; null takes all.
    /// </param>
    /// <param name="cancellation">Stops between two rows.</param>
    /// <returns>The rows, read while they are enumerated.</returns>
    /// <remarks>
    /// <see cref="PathologyColumns.Question"/> is always needed. <see cref="PathologyColumns.Options"/> may be missing or empty: where the
    /// question's last lines are <c>A) …</c>, <c>B) …</c> and so on, they are its options and are cut from it. Options without labels are
    /// lettered; a bare letter as the answer is completed. All other columns may be missing where they are not asked for.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A needed column is missing or has another type (thrown at once).</exception>
    /// <exception cref="InvalidDataException">A row lacks a value, or its options and answer do not fit (thrown at that row).</exception>
    public static IEnumerable<PathologyRow> Read(
        IDataView data, PathologyRowNeeds needs, string? stage = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        PathologySchema.Check(data.Schema, needs);
        return ReadChecked(data, needs, stage, cancellation);
    }

    private static IEnumerable<PathologyRow> ReadChecked(
        IDataView data, PathologyRowNeeds needs, string? stage, CancellationToken cancellation)
    {
        using DataViewRowCursor cursor = data.GetRowCursor(PathologySchema.Columns(data.Schema, needs));
        var reader = new PathologyRowReader(cursor, needs);
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            if (stage is null || !reader.HasStage || reader.Stage() == stage)
                yield return reader.Read();
        }
    }
}
