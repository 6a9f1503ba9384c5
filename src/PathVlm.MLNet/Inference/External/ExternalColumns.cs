using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;

namespace PathVlm.MLNet.Inference.External;

/// <summary>The columns that an external model adds.</summary>
internal static class ExternalColumns
{
    /// <summary>Text: why a row is unanswered; empty where it is answered.</summary>
    public const string Failure = "Failure";

    /// <summary>The columns, in the order in which they are added.</summary>
    public static IReadOnlyList<AnswerColumn<ExternalAnswer>> All { get; } =
    [
        Text(PathologyColumns.Response, answer => answer.Response),
        Text(PathologyColumns.Reasoning, answer => answer.Reasoning),
        Text(PathologyColumns.PredictedAnswer, answer => answer.PredictedAnswer),
        Value(PathologyColumns.ResponseTokenCount, NumberDataViewType.Int32, answer => answer.ResponseTokenCount ?? 0),
        Value(PathologyColumns.Truncated, BooleanDataViewType.Instance, answer => answer.IsTruncated),
        Text(Failure, answer => answer.Failure?.ToString() ?? ""),
    ];

    private static AnswerColumn<ExternalAnswer> Text(string name, Func<ExternalAnswer, string> select) =>
        Value(name, TextDataViewType.Instance, answer => select(answer).AsMemory());

    private static AnswerColumn<ExternalAnswer> Value<T>(string name, DataViewType type, Func<ExternalAnswer, T> select) =>
        new(name, type, current => (ValueGetter<T>)((ref T value) => value = select(current())));
}
