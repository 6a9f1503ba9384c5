using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Views;

namespace PathVlm.MLNet.Inference.Answering;

/// <summary>The columns that a fitted model adds.</summary>
internal static class AnswerColumns
{
    /// <summary>The columns, in the order in which they are added.</summary>
    public static IReadOnlyList<ViewColumn<PathologyAnswer>> All { get; } =
    [
        ViewColumn.Text<PathologyAnswer>(PathologyColumns.Response, answer => answer.Response),
        ViewColumn.Text<PathologyAnswer>(PathologyColumns.Reasoning, answer => answer.Reasoning),
        ViewColumn.Text<PathologyAnswer>(PathologyColumns.PredictedAnswer, answer => answer.PredictedAnswer),
        ViewColumn.Value<PathologyAnswer, int>(
            PathologyColumns.ResponseTokenCount, NumberDataViewType.Int32, answer => answer.ResponseTokenCount),
    ];
}
