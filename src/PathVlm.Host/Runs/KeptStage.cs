using Microsoft.ML;
using PathVlm.Host.Presentation;
using PathVlm.MLNet.Inference.Answering;

namespace PathVlm.Host.Runs;

/// <summary>A stage of a chain that is saved by itself as soon as it is trained: what comes later may fail, or the power go.</summary>
/// <param name="stage">The stage.</param>
/// <param name="title">How it is called on the screen.</param>
/// <param name="file">The zip that is written.</param>
/// <param name="ml">The context it is saved with.</param>
/// <param name="display">Where it is told.</param>
/// <param name="cancellation">A cancelled chain is saved as a whole, and no stage of it.</param>
internal sealed class KeptStage(
    IEstimator<PathologyTransformer> stage, string title, string file, MLContext ml, Display display, CancellationToken cancellation)
    : IEstimator<PathologyTransformer>
{
    /// <inheritdoc/>
    public PathologyTransformer Fit(IDataView input)
    {
        PathologyTransformer fitted = stage.Fit(input);
        if (cancellation.IsCancellationRequested) return fitted;
        try
        {
            ModelFiles.Save(ml, fitted, null, file);
        }
        catch
        {
            fitted.Dispose();
            throw;
        }

        display.Line($"{title}: kept until all stages are saved: {file}");
        return fitted;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => stage.GetOutputSchema(inputSchema);
}
