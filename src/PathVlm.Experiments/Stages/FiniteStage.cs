using Microsoft.ML;
using PathVlm.Experiments.Progress;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Training.Loop;

namespace PathVlm.Experiments.Stages;

/// <summary>A stage that ends the run where its training no longer gives finite numbers; no later stage starts from its weights.</summary>
/// <param name="stage">The stage.</param>
/// <param name="resultOf">How its last training ended.</param>
/// <param name="title">Its name in reports.</param>
/// <param name="rate">The setting with its learning rate, and its value.</param>
/// <param name="onTrained">Told how its training ended, whichever way that was.</param>
internal sealed class FiniteStage(
    IEstimator<PathologyTransformer> stage, Func<TrainingResult?> resultOf, string title, (string Setting, double Value) rate,
    Action<TrainingResult> onTrained)
    : IEstimator<PathologyTransformer>
{
    /// <inheritdoc/>
    /// <exception cref="RunStoppedException">Training ended with <see cref="StopReason.NotFinite"/>.</exception>
    public PathologyTransformer Fit(IDataView input)
    {
        PathologyTransformer fitted = stage.Fit(input);
        TrainingResult? result = resultOf();
        if (result is not null) onTrained(result);
        if (result is not { Reason: StopReason.NotFinite } stopped) return fitted;
        fitted.Dispose();
        throw new RunStoppedException(FormattableString.Invariant(
            $"{title}: stopped after step {stopped.Steps}: loss or gradient was not finite {TrainingResult.NonFiniteStepLimit} times")
            + FormattableString.Invariant(
            $" in a row; nothing of this stage is kept; use a smaller learning rate ({rate.Setting} is {rate.Value})"));
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => stage.GetOutputSchema(inputSchema);
}
