using Microsoft.ML;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Options;

namespace PathVlm.Host.Runs;

/// <summary>A stage that ends the run where its training no longer gave finite numbers: what it then holds is no model to go on from.</summary>
/// <param name="stage">The stage.</param>
/// <param name="resultOf">How its last training ended.</param>
/// <param name="title">How it is called on the screen.</param>
/// <param name="rate">The setting with its learning rate, and its value.</param>
internal sealed class FiniteStage(
    IEstimator<PathologyTransformer> stage, Func<TrainingResult?> resultOf, string title, (string Setting, double Value) rate)
    : IEstimator<PathologyTransformer>
{
    /// <inheritdoc/>
    /// <exception cref="RunStoppedException">Training ended with <see cref="StopReason.NotFinite"/>.</exception>
    public PathologyTransformer Fit(IDataView input)
    {
        PathologyTransformer fitted = stage.Fit(input);
        if (resultOf() is not { Reason: StopReason.NotFinite } stopped) return fitted;
        fitted.Dispose();
        throw new RunStoppedException(FormattableString.Invariant(
            $"{title}: stopped after step {stopped.Steps}: loss or gradient was not finite {TrainingDefaults.MaxNonFiniteSteps} times in a row; nothing of this stage is kept; take a smaller learning rate ({rate.Setting} is {rate.Value})"));
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => stage.GetOutputSchema(inputSchema);
}
