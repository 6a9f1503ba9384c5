using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Evaluation;

/// <summary>The columns that a fitted model adds, read from any view that has them.</summary>
internal sealed class ResponseColumns
{
    private readonly ValueGetter<ReadOnlyMemory<char>> _response;
    private readonly Func<int>? _tokens;
    private readonly ValueGetter<bool>? _truncated;

    public ResponseColumns(DataViewRow row)
    {
        _response = row.GetGetter<ReadOnlyMemory<char>>(row.Schema[PathologyColumns.Response]);
        if (row.Schema.GetColumnOrNull(PathologyColumns.ResponseTokenCount) is { } count)
            _tokens = count.Type.RawType == typeof(int) ? Whole(row.GetGetter<int>(count), value => value)
                : count.Type.RawType == typeof(long) ? Whole(row.GetGetter<long>(count), value => checked((int)value))
                : Whole(row.GetGetter<float>(count), value => checked((int)value));
        if (row.Schema.GetColumnOrNull(PathologyColumns.Truncated) is { } cut)
            _truncated = row.GetGetter<bool>(cut);
    }

    public static void Check(DataViewSchema schema)
    {
        var faults = new List<string>();
        if (schema.GetColumnOrNull(PathologyColumns.Response) is not { } response)
            faults.Add($"column [{PathologyColumns.Response}] is missing, expected text; a fitted model's Transform adds it");
        else if (response.Type is not TextDataViewType)
            faults.Add($"column [{PathologyColumns.Response}]: got {response.Type}, expected text");
        if (schema.GetColumnOrNull(PathologyColumns.ResponseTokenCount) is { } count
            && count.Type.RawType != typeof(int) && count.Type.RawType != typeof(long) && count.Type.RawType != typeof(float))
            faults.Add($"column [{PathologyColumns.ResponseTokenCount}]: got {count.Type}, expected Int32, Int64 or Single");
        if (schema.GetColumnOrNull(PathologyColumns.Truncated) is { } truncated && truncated.Type is not BooleanDataViewType)
            faults.Add($"column [{PathologyColumns.Truncated}]: got {truncated.Type}, expected Boolean");
        if (faults.Count > 0)
            throw new ArgumentOutOfRangeException(nameof(schema),
                $"{string.Join("; ", faults)} (columns found: {string.Join(", ", schema.Select(column => column.Name))})");
    }

    public static IEnumerable<DataViewSchema.Column> Columns(DataViewSchema schema) =>
        new[] { PathologyColumns.Response, PathologyColumns.ResponseTokenCount, PathologyColumns.Truncated }
            .Select(name => schema.GetColumnOrNull(name)).OfType<DataViewSchema.Column>();

    public string Response()
    {
        ReadOnlyMemory<char> value = default;
        _response(ref value);
        return value.ToString();
    }

    public int? Tokens() => _tokens?.Invoke();

    public bool? Truncated()
    {
        if (_truncated is null)
            return null;
        bool value = false;
        _truncated(ref value);
        return value;
    }

    private static Func<int> Whole<T>(ValueGetter<T> getter, Func<T, int> convert) => () =>
    {
        T value = default!;
        getter(ref value);
        return convert(value);
    };
}
