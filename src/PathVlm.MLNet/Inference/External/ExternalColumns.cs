using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Views;

namespace PathVlm.MLNet.Inference.External;

/// <summary>The columns that an external model adds.</summary>
internal static class ExternalColumns
{
    /// <summary>Text: why a row is unanswered; empty where it is answered.</summary>
    public const string Failure = "Failure";

    /// <summary>The columns, in the order in which they are added.</summary>
    public static IReadOnlyList<ViewColumn<ExternalAnswer>> All { get; } =
    [
        ViewColumn.Text<ExternalAnswer>(PathologyColumns.Response, answer => answer.Response),
        ViewColumn.Text<ExternalAnswer>(PathologyColumns.Reasoning, answer => answer.Reasoning),
        ViewColumn.Text<ExternalAnswer>(PathologyColumns.PredictedAnswer, answer => answer.PredictedAnswer),
        ViewColumn.Value<ExternalAnswer, int>(
            PathologyColumns.ResponseTokenCount, NumberDataViewType.Int32, answer => answer.ResponseTokenCount ?? 0),
        ViewColumn.Value<ExternalAnswer, bool>(PathologyColumns.Truncated, BooleanDataViewType.Instance, answer => answer.IsTruncated),
        ViewColumn.Text<ExternalAnswer>(Failure, answer => answer.Failure?.ToString() ?? ""),
    ];
}
