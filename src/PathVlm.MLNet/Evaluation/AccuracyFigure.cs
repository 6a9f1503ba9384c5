using System.Text.Json.Serialization;
using PathVlm.MLNet.Evaluation.Statistics;

namespace PathVlm.MLNet.Evaluation;

/// <summary>An accuracy with its 95% intervals.</summary>
/// <param name="Right">Rows answered right.</param>
/// <param name="Count">All rows.</param>
/// <param name="Bootstrap">From a bootstrap with whole pictures drawn.</param>
/// <param name="Wilson">Wilson's, as a check.</param>
public sealed record AccuracyFigure(int Right, int Count, Interval Bootstrap, Interval Wilson)
{
    /// <summary>
    /// Rows that were not answered, where they are too many for an accuracy (<see cref="EvaluationOptions.MaxUnansweredRate"/>); else 0.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int TooManyUnanswered { get; init; }

    /// <summary>Share of rows answered right; NaN without rows, or where too many are unanswered.</summary>
    public double Value => Count == 0 || TooManyUnanswered > 0 ? double.NaN : (double)Right / Count;
}
