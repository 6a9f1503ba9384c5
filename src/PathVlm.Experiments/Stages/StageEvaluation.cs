using Microsoft.ML;
using PathVlm.Experiments.Answers;
using PathVlm.Experiments.Progress;
using PathVlm.Experiments.Reviews;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Judging.Panel;

namespace PathVlm.Experiments.Stages;

/// <summary>Answers a view's test rows with a model, and scores the answers.</summary>
/// <param name="reporter">Where progress is reported.</param>
/// <param name="offline">Reviews the reasoning as well; null for no review.</param>
/// <param name="cancellation">Ends between two batches of rows.</param>
internal sealed class StageEvaluation(RunReporter reporter, ReviewPanel? offline, CancellationToken cancellation)
{
    /// <summary>The test rows of a view, or all where it has no stages.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    internal static PathologyDataView TestRows(IDataView rows)
    {
        PathologyQuestion[] test =
            [.. PathologyRows.Read(rows, PathologyRowNeeds.Answer, PathologyStages.Test).Select(row => row.Question)];
        return test.Length > 0
            ? new PathologyDataView(test)
            : throw new InvalidDataException($"the set has no row of the stage {PathologyStages.Test}");
    }

    /// <summary>Answers and scores.</summary>
    /// <param name="name">The model's name in the result.</param>
    /// <param name="model">The model.</param>
    /// <param name="rows">Rows; those of other stages are passed over.</param>
    /// <param name="title">The name of the work in progress reports.</param>
    internal StageResult Evaluate(string name, PathologyTransformer model, IDataView rows, string title) =>
        reporter.Track(title, advanced => Evaluate(name, model, rows, advanced));

    private StageResult Evaluate(string name, PathologyTransformer model, IDataView rows, Action<long, long> advanced)
    {
        PathologyDataView test = TestRows(rows);
        List<(PathologyQuestion Question, string Response)> answers = [];
        List<EvaluatedRow> scored = [];
        advanced(0, test.Questions.Count); // the clock starts here
        PathologyRowNeeds needs = PathologyRowNeeds.Image | PathologyRowNeeds.Answer;
        foreach (PathologyRow[] batch in PathologyRows.Read(test, needs, null, cancellation).Chunk(AnswerStore.BatchSize))
        {
            foreach ((PathologyRow row, PathologyAnswer answer) in batch.Zip(model.Policy.Answer(batch, cancellation)))
            {
                answers.Add((row.Question, answer.Response));
                scored.Add(PathologyEvaluator.Score(
                    row, row.Question.ImagePath, answer.Response, answer.ResponseTokenCount, answer.IsTruncated));
            }

            cancellation.ThrowIfCancellationRequested();
            advanced(scored.Count, test.Questions.Count);
        }

        return new StageResult(
            name, EvaluationMath.Summarize(scored), offline is null ? null : AnswerReviews.Review(offline, answers, cancellation));
    }
}
