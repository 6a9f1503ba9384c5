using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace PathVlm.MLNet.Tests.Contract;

/// <summary>Values of columns as text, one line a row: what two views must have in common to be equal.</summary>
internal static class RowDump
{
    public static string[] Of(IDataView view, params string[] columns)
    {
        List<string> lines = [];
        DataViewSchema.Column[] active = [.. columns.Select(name => view.Schema[name])];
        using DataViewRowCursor cursor = view.GetRowCursor(active);
        Func<string>[] readers = active.Select(column => Reader(cursor, column)).ToArray();
        while (cursor.MoveNext()) lines.Add(string.Join(" | ", readers.Select(read => read())));
        return [.. lines];
    }

    /// <summary>The same through the row mapper that a PredictionEngine uses: one row at a time.</summary>
    public static string[] RowByRow(ITransformer transformer, IDataView input, params string[] columns)
    {
        IRowToRowMapper mapper = transformer.GetRowToRowMapper(input.Schema);
        DataViewSchema.Column[] active = [.. columns.Select(name => mapper.OutputSchema[name])];
        using DataViewRowCursor cursor = input.GetRowCursor(mapper.GetDependencies(active));
        using DataViewRow row = mapper.GetRow(cursor, active);
        Func<string>[] readers = active.Select(column => Reader(row, column)).ToArray();
        List<string> lines = [];
        while (cursor.MoveNext()) lines.Add(string.Join(" | ", readers.Select(read => read())));
        return [.. lines];
    }

    private static Func<string> Reader(DataViewRow row, DataViewSchema.Column column) => column.Type switch
    {
        TextDataViewType => Scalar<ReadOnlyMemory<char>>(row, column, Text),
        NumberDataViewType when column.Type.RawType == typeof(float) => Scalar<float>(row, column, Text),
        NumberDataViewType when column.Type.RawType == typeof(int) =>
            Scalar<int>(row, column, value => value.ToString(CultureInfo.InvariantCulture)),
        VectorDataViewType { ItemType: TextDataViewType } => Vector<ReadOnlyMemory<char>>(row, column, Text),
        VectorDataViewType vector when vector.ItemType.RawType == typeof(float) => Vector<float>(row, column, Text),
        VectorDataViewType vector when vector.ItemType.RawType == typeof(int) =>
            Vector<int>(row, column, value => value.ToString(CultureInfo.InvariantCulture)),
        _ => throw new NotSupportedException($"Column {column.Name} of type {column.Type}: RowDump takes text, Single and Int32."),
    };

    // One line a row, whatever a text holds.
    private static string Text(ReadOnlyMemory<char> value) =>
        value.ToString().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\r", "\\r", StringComparison.Ordinal);

    private static string Text(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static Func<string> Scalar<T>(DataViewRow row, DataViewSchema.Column column, Func<T, string> text)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return text(value);
        };
    }

    private static Func<string> Vector<T>(DataViewRow row, DataViewSchema.Column column, Func<T, string> text)
    {
        ValueGetter<VBuffer<T>> getter = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> value = default;
        return () =>
        {
            getter(ref value);
            return $"[{string.Join(", ", value.DenseValues().Select(text))}]";
        };
    }
}
