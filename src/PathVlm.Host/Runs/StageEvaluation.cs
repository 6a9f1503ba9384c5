using Microsoft.ML;
using PathVlm.Host.Presentation;
using PathVlm.MLNet;
using PathVlm.MLNet.Data;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Inference;

namespace PathVlm.Host.Runs;

/// <summary>Answers a view's test rows with a model, and judges them.</summary>
internal static class StageEvaluation
{
    /// <summary>The test rows of a view, or all where it has no stages.</summary>
    internal static PathologyDataView TestRows(IDataView rows)
    {
        PathologyQuestion[] test = [.. PathologyRows.Read(rows, PathologyRowNeeds.Answer, PathologyStages.Test).Select(row => row.Question)];
        return test.Length > 0
            ? new PathologyDataView(test)
            : throw new UserMistakeException($"the set has no row of the stage {PathologyStages.Test}");
    }

    /// <summary>Answers and judges.</summary>
    internal static EvaluationResult Of(
        PathologyCatalog pathology, PathologyTransformer model, IDataView rows, string title, Display display, CancellationToken cancellation) =>
        display.Track(title, line =>
        {
            PathologyDataView test = TestRows(rows);
            using PathologyTransformer batched = model.With(answerBatchSize: AnswerBatchSize);
            return pathology.Evaluate(new CountedView(batched.Transform(test), done => line.Report(done, test.Questions.Count)), cancellation: cancellation);
        });

    /// <summary>Rows answered together.</summary>
    internal const int AnswerBatchSize = 200;
}
