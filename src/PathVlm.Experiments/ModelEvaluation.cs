using Microsoft.ML;
using PathVlm.Experiments.Progress;
using PathVlm.Experiments.Reporting;
using PathVlm.Experiments.Stages;
using PathVlm.MLNet;
using PathVlm.MLNet.Inference.Answering;

namespace PathVlm.Experiments;

/// <summary>A model on the test rows of a set.</summary>
public static class ModelEvaluation
{
    /// <summary>Answers the test rows and scores the answers.</summary>
    /// <param name="name">The model's name in the result.</param>
    /// <param name="model">The model; the caller disposes it.</param>
    /// <param name="rows">Rows; those of other stages are passed over.</param>
    /// <param name="progress">Told what happens; null for nobody.</param>
    /// <param name="cancellation">Ends the run between two batches of rows.</param>
    /// <exception cref="InvalidDataException">There is no test row, a row is faulty, or prompts are too long for the model.</exception>
    public static StageResult Run(
        string name, PathologyTransformer model, IDataView rows, IProgress<RunEvent>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        PromptCheck check = new(model.Policy, cancellation);
        check.AddAnswers(StageEvaluation.TestRows(rows), section: "Model");
        check.RequireNone();
        return new StageEvaluation(new RunReporter(progress), offline: null, cancellation).Evaluate(name, model, rows, "evaluate");
    }

    /// <summary>Refuses test rows that show a picture that a model was trained on.</summary>
    /// <param name="model">The model's zip, or a checkpoint folder, whose pictures are not known.</param>
    /// <param name="rows">Rows; those of other stages are passed over.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    /// <exception cref="InvalidDataException">There are such rows; the message counts and names them.</exception>
    public static void RequireUntrainedRows(string model, IDataView rows, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentNullException.ThrowIfNull(rows);
        TrainedRowsCheck.Model(model, StageEvaluation.TestRows(rows), cancellation);
    }

    /// <summary>A result as a table.</summary>
    /// <param name="result">The result.</param>
    public static ReportTable Table(StageResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return StageTables.Accuracy([result], showsReasoning: result.Reviews is not null);
    }
}
