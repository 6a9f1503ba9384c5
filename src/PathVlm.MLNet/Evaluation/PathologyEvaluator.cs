using Microsoft.ML;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Data.Pictures;

namespace PathVlm.MLNet.Evaluation;

/// <summary>Judges a view with completions. For research, not for diagnosis.</summary>
public static class PathologyEvaluator
{
    /// <summary>Judges every row; none is left out of a denominator.</summary>
    /// <param name="scored">
    /// Rows with <c>Question</c>, <c>Options</c>, <c>Answer</c> and <c>Response</c> (text). May be missing: <c>ResponseTokenCount</c> (a whole
    /// number), <c>Truncated</c> (true or false), <c>Subset</c>, <c>Id</c>. Rows with equal <c>ImagePath</c> are about one picture; where that
    /// is missing or empty, rows with equal pixels in <c>Image</c>; where that is missing too, each row is its own.
    /// </param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <param name="cancellation">Stops between two rows.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type, or an option is out of its range.</exception>
    /// <exception cref="InvalidDataException">A row's options and answer do not fit.</exception>
    public static EvaluationResult Evaluate(IDataView scored, EvaluationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(scored);
        (options ?? new EvaluationOptions()).Validate();
        return EvaluationMath.Summarize([.. Judge(scored, cancellation)], options);
    }

    /// <summary>The second model against the first, on the same rows.</summary>
    /// <param name="first">Rows with the first model's completions, as <see cref="Evaluate"/> takes them.</param>
    /// <param name="second">The same rows with the second's.</param>
    /// <param name="options">Settings; null takes the defaults.</param>
    /// <param name="cancellation">Stops between two rows.</param>
    /// <exception cref="ArgumentException">The two are not about the same rows.</exception>
    public static ModelComparison Compare(
        IDataView first, IDataView second, EvaluationOptions? options = null, CancellationToken cancellation = default) =>
        EvaluationMath.Compare(Evaluate(first, options, cancellation), Evaluate(second, options, cancellation), options);

    private static IEnumerable<EvaluatedRow> Judge(IDataView scored, CancellationToken cancellation)
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
            yield return Score(row, PictureOf(row), responses.Response(), responses.Tokens(), responses.Truncated());
        }
    }

    /// <summary>Scores one completion of a row by the rules of docs/answer-rules.md.</summary>
    /// <param name="row">The row, with options and answer.</param>
    /// <param name="picture">Name of the picture: rows with equal names are about one picture.</param>
    /// <param name="response">The completion; empty where there is none.</param>
    /// <param name="tokens">Its tokens; null where they are not known.</param>
    /// <param name="truncated">Whether it was stopped by its length; null where that is not known.</param>
    public static EvaluatedRow Score(PathologyRow row, string picture, string response, int? tokens, bool? truncated)
    {
        ArgumentNullException.ThrowIfNull(row);
        AnswerScore score = row.Scorer.Score(response);
        return new EvaluatedRow(row.Name, picture, row.Question.Subset, row.Question.Answer, score.Reading.Option,
            score.Reading.Status, score.Format, score.Paper, score.Strict, tokens, truncated);
    }

    private static string PictureOf(PathologyRow row) =>
        row.Question.ImagePath.Length > 0 ? row.Question.ImagePath
        : row.Picture is not null ? PictureHash.Of(row.Picture)
        : row.Name;
}
