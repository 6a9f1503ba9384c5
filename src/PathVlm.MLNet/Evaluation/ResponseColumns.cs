using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;

namespace PathVlm.MLNet.Evaluation;

/// <summary>The columns that a fitted model adds, read from any view that has them.</summary>
internal sealed class ResponseColumns
{
    // Why a row is unanswered; an external model adds it.
    private const string FailureColumn = "Failure";
    private readonly ValueGetter<ReadOnlyMemory<char>> _response;
    private readonly Func<int>? _tokens;
    private readonly ValueGetter<bool>? _truncated;
    private readonly ValueGetter<ReadOnlyMemory<char>>? _failure;

    public ResponseColumns(DataViewRow row)
    {
        _response = row.GetGetter<ReadOnlyMemory<char>>(row.Schema[PathologyColumns.Response]);
        if (row.Schema.GetColumnOrNull(PathologyColumns.ResponseTokenCount) is { } count)
            _tokens = count.Type.RawType == typeof(int) ? Whole(row.GetGetter<int>(count), value => value)
                : count.Type.RawType == typeof(long) ? Whole(row.GetGetter<long>(count), value => checked((int)value))
                : Whole(row.GetGetter<float>(count), value => checked((int)value));
        if (row.Schema.GetColumnOrNull(PathologyColumns.Truncated) is { } cut)
            _truncated = row.GetGetter<bool>(cut);
        if (row.Schema.GetColumnOrNull(FailureColumn) is { } failure)
            _failure = row.GetGetter<ReadOnlyMemory<char>>(failure);
    }

    public static void Check(DataViewSchema schema)
    {
        var faults = new List<string>();
        if (schema.GetColumnOrNull(PathologyColumns.Response) is not { } response)
            faults.Add($"column [{PathologyColumns.Response}] is missing, expected text; a fitted model's Transform adds it");
        else if (response.Type is not TextDataViewType)
            faults.Add($"column [{PathologyColumns.Response}]: expected text, got {response.Type}");
        if (schema.GetColumnOrNull(PathologyColumns.ResponseTokenCount) is { } count
            && count.Type.RawType != typeof(int) && count.Type.RawType != typeof(long) && count.Type.RawType != typeof(float))
            faults.Add($"column [{PathologyColumns.ResponseTokenCount}]: expected Int32, Int64 or Single, got {count.Type}");
        if (schema.GetColumnOrNull(PathologyColumns.Truncated) is { } truncated && truncated.Type is not BooleanDataViewType)
            faults.Add($"column [{PathologyColumns.Truncated}]: expected Boolean, got {truncated.Type}");
        if (schema.GetColumnOrNull(FailureColumn) is { } failure && failure.Type is not TextDataViewType)
            faults.Add($"column [{FailureColumn}]: expected text, got {failure.Type}");
        if (faults.Count > 0)
            throw new ArgumentOutOfRangeException(nameof(schema),
                $"{string.Join("; ", faults)} (columns found: {string.Join(", ", schema.Select(column => column.Name))})");
    }

    public static IEnumerable<DataViewSchema.Column> Columns(DataViewSchema schema) =>
        new[] { PathologyColumns.Response, PathologyColumns.ResponseTokenCount, PathologyColumns.Truncated, FailureColumn }
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

    public string? Failure()
    {
        if (_failure is null)
            return null;
        ReadOnlyMemory<char> value = default;
        _failure(ref value);
        return value.IsEmpty ? null : value.ToString();
    }

    private static Func<int> Whole<T>(ValueGetter<T> getter, Func<T, int> convert) => () =>
    {
        T value = default!;
        getter(ref value);
        return convert(value);
    };
}
