using PathVlm.MLNet;
using Microsoft.Extensions.Configuration;
using Microsoft.ML;
using PathVlm.MLNet.Inference.Answering;

namespace PathVlm.Host.Runs;

/// <summary>Models that a user names on the command line.</summary>
internal static class ModelFiles
{
    /// <summary>Opens a zip, a checkpoint folder, or the embedded base.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="path">What the user named; null for the embedded base.</param>
    /// <param name="configuration">Single settings (section Model).</param>
    internal static PathologyTransformer Open(MLContext ml, string? path, IConfiguration configuration)
    {
        path ??= EmbeddedBase.Folder;
        if (!File.Exists(path) && !Directory.Exists(path)) throw new UserMistakeException($"--model: got [{path}], takes a zip or a checkpoint folder that exists");
        return ml.Pathology().Pretrained(path, Presets.ModelOptions(Presets.Of(path), configuration));
    }

    /// <summary>The fitted stages in a zip; the caller disposes them.</summary>
    /// <exception cref="InvalidDataException">The file is no model.</exception>
    /// <exception cref="UserMistakeException">The model holds no stage.</exception>
    internal static IReadOnlyList<PathologyTransformer> Stages(string zip)
    {
        IReadOnlyList<PathologyTransformer> stages = StagesOf(PathologyModelFile.LoadTransformer(zip));
        return stages.Count > 0 ? stages : throw new UserMistakeException($"{zip}: holds no fitted stage; takes a zip that train wrote");
    }

    /// <summary>Saves a model so that the zip stands whole or not at all.</summary>
    /// <param name="ml">The context it is saved with.</param>
    /// <param name="model">The model.</param>
    /// <param name="schema">Schema of the rows it takes; null where the zip is to hold none.</param>
    /// <param name="zip">The file; its folder is made.</param>
    internal static void Save(MLContext ml, ITransformer model, DataViewSchema? schema, string zip) =>
        AtomicFile.Write(zip, path => ml.Model.Save(model, schema, path));

    /// <summary>The fitted stages of a chain, of chains in it, or the one stage.</summary>
    internal static IReadOnlyList<PathologyTransformer> StagesOf(ITransformer model) =>
        [.. PathologyModelFile.Flatten(model).OfType<PathologyTransformer>()];
}
