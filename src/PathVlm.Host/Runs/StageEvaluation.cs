using Microsoft.ML;
using PathVlm.Host.Presentation;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Judging.Panel;

namespace PathVlm.Host.Runs;

/// <summary>Answers a view's test rows with a model, and judges them.</summary>
/// <param name="display">Where progress is shown.</param>
/// <param name="offline">Reviews the reasoning too; null: nobody does.</param>
/// <param name="cancellation">Ends between two batches of rows.</param>
internal sealed class StageEvaluation(Display display, ReviewPanel? offline, CancellationToken cancellation)
{
    /// <summary>Rows answered together.</summary>
    internal const int AnswerBatchSize = 200;

    /// <summary>The test rows of a view, or all where it has no stages.</summary>
    internal static PathologyDataView TestRows(IDataView rows)
    {
        PathologyQuestion[] test = [.. PathologyRows.Read(rows, PathologyRowNeeds.Answer, PathologyStages.Test).Select(row => row.Question)];
        return test.Length > 0
            ? new PathologyDataView(test)
            : throw new UserMistakeException($"the set has no row of the stage {PathologyStages.Test}");
    }

    /// <summary>Answers and judges.</summary>
    /// <param name="name">The model's name in the result.</param>
    /// <param name="model">The model.</param>
    /// <param name="rows">Rows, those of other stages passed over.</param>
    /// <param name="title">What is shown beside the progress.</param>
    internal StageResult Of(string name, PathologyTransformer model, IDataView rows, string title) => display.Track(title, line =>
    {
        PathologyDataView test = TestRows(rows);
        List<(PathologyQuestion Question, string Response)> answers = [];
        List<EvaluatedRow> judged = [];
        line.Report(0, test.Questions.Count); // the clock runs from here
        foreach (PathologyRow[] batch in PathologyRows.Read(test, PathologyRowNeeds.Image | PathologyRowNeeds.Answer, null, cancellation).Chunk(AnswerBatchSize))
        {
            foreach ((PathologyRow row, PathologyAnswer answer) in batch.Zip(model.Policy.Answer(batch, cancellation)))
            {
                answers.Add((row.Question, answer.Response));
                judged.Add(PathologyEvaluator.Judge(row, row.Question.ImagePath, answer.Response, answer.ResponseTokenCount, answer.IsTruncated));
            }

            cancellation.ThrowIfCancellationRequested();
            line.Report(judged.Count, test.Questions.Count);
        }

        return new StageResult(name, EvaluationMath.Summarize(judged), offline is null ? null : AnswerReviews.Of(offline, answers, cancellation));
    });
}
