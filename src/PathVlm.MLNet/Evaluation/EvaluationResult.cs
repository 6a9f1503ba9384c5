using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Evaluation.Statistics;

namespace PathVlm.MLNet.Evaluation;

/// <summary>How well a model answers: over all rows and for each subset. For research, not for diagnosis.</summary>
/// <param name="Overall">Over all rows.</param>
/// <param name="Subsets">For each subset, in the order of their first rows; empty where there is only one.</param>
/// <param name="Rows">Every row, judged.</param>
public sealed record EvaluationResult(EvaluationFigures Overall, IReadOnlyList<EvaluationFigures> Subsets, IReadOnlyList<EvaluatedRow> Rows)
{
    /// <summary>What every report says.</summary>
    public string Notice { get; init; } = ResearchNotice.Text;
}

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
    /// <summary>Share of completions from which an option could be read.</summary>
    public double ReadableRate => RowCount == 0 ? double.NaN
        : (double)(StatusCounts[AnswerStatus.Label] + StatusCounts[AnswerStatus.Text] + StatusCounts[AnswerStatus.LabelAndText]) / RowCount;

    /// <summary>Accuracy by a rule.</summary>
    /// <param name="rule">The rule.</param>
    public AccuracyFigure Accuracy(AccuracyRule rule) => rule == AccuracyRule.Paper ? Paper : Strict;
}

/// <summary>An accuracy with its 95% intervals.</summary>
/// <param name="Right">Rows answered right.</param>
/// <param name="Count">All rows.</param>
/// <param name="Bootstrap">From a bootstrap with whole pictures drawn.</param>
/// <param name="Wilson">Wilson's, as a check.</param>
public sealed record AccuracyFigure(int Right, int Count, Interval Bootstrap, Interval Wilson)
{
    /// <summary>Share of rows answered right; no number without rows.</summary>
    public double Value => Count == 0 ? double.NaN : (double)Right / Count;
}
