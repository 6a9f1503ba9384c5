using System.Text.Json.Serialization;
using PathVlm.MLNet.Answers;

namespace PathVlm.MLNet.Evaluation;

/// <summary>The figures of a set of rows.</summary>
/// <param name="Name">The subset's name, or <c>all</c>.</param>
/// <param name="RowCount">Rows, all of which are in every denominator.</param>
/// <param name="PictureCount">Different pictures.</param>
/// <param name="Paper">Accuracy by the paper's rule: the headline.</param>
/// <param name="Strict">Accuracy by the strict rule.</param>
/// <param name="FormatRate">Share of completions that have the format.</param>
/// <param name="StatusCounts">Completions of each status; every status is there.</param>
/// <param name="TruncatedCount">Completions stopped by their length; null where the view does not say.</param>
/// <param name="MeanOutputTokens">Mean tokens of a completion; null where the view does not say.</param>
public sealed record EvaluationFigures(string Name, int RowCount, int PictureCount, AccuracyFigure Paper, AccuracyFigure Strict,
    double FormatRate, IReadOnlyDictionary<AnswerStatus, int> StatusCounts, int? TruncatedCount, double? MeanOutputTokens)
{
    /// <summary>Rows that were not answered. They stay in every denominator; where they are too many, no accuracy is given.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int UnansweredCount { get; init; }

    /// <summary>Share of completions from which an option could be read.</summary>
    public double ReadableRate => RowCount == 0 ? double.NaN
        : (double)(StatusCounts[AnswerStatus.Label] + StatusCounts[AnswerStatus.Text] + StatusCounts[AnswerStatus.LabelAndText]) / RowCount;

    /// <summary>Accuracy by a rule.</summary>
    /// <param name="rule">The rule.</param>
    public AccuracyFigure Accuracy(AccuracyRule rule) => rule == AccuracyRule.Paper ? Paper : Strict;
}
