using Microsoft.ML;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.MLNet.Data.Rows;
using PathVlm.Modeling.Options;

namespace PathVlm.MLNet.Evaluation;

/// <summary>Scores completions by both accuracy rules. For research, not for diagnosis.</summary>
public static class PathologyEvaluator
{
    /// <summary>Scores every row of a view; none is left out of a denominator.</summary>
    /// <param name="scored">
    /// Rows with <c>Question</c>, <c>Options</c>, <c>Answer</c> and <c>Response</c> (text). May be missing: <c>ResponseTokenCount</c>
    /// (a whole number), <c>Truncated</c> (true or false), <c>Failure</c> (text: why a row is unanswered; empty where it is answered),
    /// <c>Subset</c>, <c>Id</c>. Rows with equal <c>ImagePath</c> are about one picture; where that
    /// is missing or empty, rows with equal pixels in <c>Image</c>; where that is missing too, each row is its own.
    /// </param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="cancellation">Stops between two rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type, or an option is out of its range.</exception>
    /// <exception cref="InvalidDataException">A row's options and answer do not fit.</exception>
    public static EvaluationResult Evaluate(IDataView scored, EvaluationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(scored);
        OptionRules.Validate(options ?? new EvaluationOptions());
        return EvaluationMath.Summarize([.. Score(scored, cancellation)], options);
    }

    /// <summary>The second model against the first, on the same rows.</summary>
    /// <param name="first">Rows with the first model's completions, as in <see cref="Evaluate"/>.</param>
    /// <param name="second">The same rows with the second's.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="cancellation">Stops between two rows.</param>
    /// <exception cref="ArgumentException">The two are not about the same rows.</exception>
    public static ModelComparison Compare(
        IDataView first, IDataView second, EvaluationOptions? options = null, CancellationToken cancellation = default) =>
        EvaluationMath.Compare(Evaluate(first, options, cancellation), Evaluate(second, options, cancellation), options);

    private static IEnumerable<EvaluatedRow> Score(IDataView scored, CancellationToken cancellation)
    {
        bool hashed = scored.Schema.GetColumnOrNull(PathologyColumns.ImagePath) is null
            && scored.Schema.GetColumnOrNull(PathologyColumns.Image) is not null;
        PathologyRowNeeds needs = hashed ? PathologyRowNeeds.Answer | PathologyRowNeeds.Image : PathologyRowNeeds.Answer;
        PathologySchema.Check(scored.Schema, needs);
        ResponseColumns.Check(scored.Schema);
        using DataViewRowCursor cursor = scored.GetRowCursor(
            [.. PathologySchema.Columns(scored.Schema, needs), .. ResponseColumns.Columns(scored.Schema)]);
        var reader = new PathologyRowReader(cursor, needs);
        var responses = new ResponseColumns(cursor);
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            PathologyRow row = reader.Read();
            yield return Score(row, responses.Response(), responses.Tokens(), responses.Truncated(), responses.Failure());
        }
    }

    /// <summary>Scores one completion of a row.</summary>
    /// <param name="row">The row. Rows with one image path are about one picture; without a path, rows with equal pixels.</param>
    /// <param name="response">The completion; empty where there is none.</param>
    /// <param name="tokens">Tokens of the completion; null where they are not known.</param>
    /// <param name="truncated">Whether it was stopped by its length; null where that is not known.</param>
    /// <param name="failure">Why the row is unanswered; null where it is answered.</param>
    public static EvaluatedRow Score(
        PathologyRow row, string response, int? tokens = null, bool? truncated = null, string? failure = null)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(response);
        AnswerScore score = row.Scorer.Score(response);
        return new EvaluatedRow(row.Name, PictureOf(row), row.Question.Subset, row.Question.Answer, score.Reading.Option,
            score.Reading.Status, score.Format, score.Paper, score.Strict, tokens, truncated) { Failure = failure };
    }

    private static string PictureOf(PathologyRow row) =>
        row.Question.ImagePath.Length > 0 ? row.Question.ImagePath
        : row.Picture is not null ? PictureHash.Of(row.Picture)
        : row.Name;
}
