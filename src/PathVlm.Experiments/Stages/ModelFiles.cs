using Microsoft.ML;
using PathVlm.MLNet;

namespace PathVlm.Experiments.Stages;

/// <summary>Models that a run saves.</summary>
internal static class ModelFiles
{
    /// <summary>The name of a stage's zip in the stage's folder.</summary>
    internal const string StageModel = "model.zip";

    /// <summary>Saves a model so that the zip is whole or does not exist.</summary>
    /// <param name="ml">The context it is saved with.</param>
    /// <param name="model">The model.</param>
    /// <param name="schema">Schema of its input rows; null where the zip is to hold none.</param>
    /// <param name="zip">The file; its folder is created.</param>
    internal static void Save(MLContext ml, ITransformer model, DataViewSchema? schema, string zip) =>
        ml.Pathology().Save(model, schema, zip);
}
