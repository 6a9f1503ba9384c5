using Microsoft.ML;
using PathVlm.Experiments.Progress;
using PathVlm.MLNet;
using PathVlm.MLNet.Inference.Answering;

namespace PathVlm.Experiments.Stages;

/// <summary>A stage of a chain that is saved as soon as it is trained, because a later stage may fail.</summary>
/// <param name="stage">The stage.</param>
/// <param name="title">Its name in reports.</param>
/// <param name="file">The zip that is written.</param>
/// <param name="ml">The context it is saved with.</param>
/// <param name="reporter">Where the file is reported.</param>
/// <param name="cancellation">A cancelled chain is saved as a whole, and no stage of it.</param>
/// <param name="resumes">Whether a zip that is there was written by this run before it was stopped, and stands for the stage.</param>
internal sealed class KeptStage(
    IEstimator<PathologyTransformer> stage, string title, string file, MLContext ml, RunReporter reporter, CancellationToken cancellation,
    bool resumes = false)
    : IEstimator<PathologyTransformer>
{
    /// <inheritdoc/>
    public PathologyTransformer Fit(IDataView input)
    {
        if (resumes && File.Exists(file))
        {
            reporter.Message($"{title}: trained before the run was stopped, kept");
            return (PathologyTransformer)ml.Pathology().Load(file, out _);
        }

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

        reporter.Message($"{title}: kept until all stages are saved: {file}");
        return fitted;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => stage.GetOutputSchema(inputSchema);
}
