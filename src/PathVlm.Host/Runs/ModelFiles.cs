using Microsoft.ML;
using PathVlm.MLNet;
using PathVlm.MLNet.Inference;

namespace PathVlm.Host.Runs;

/// <summary>Models that a user names on the command line.</summary>
internal static class ModelFiles
{
    /// <summary>Opens a zip, a checkpoint folder, or the embedded base.</summary>
    internal static PathologyTransformer Open(MLContext ml, string? path)
    {
        path ??= EmbeddedBase.Folder;
        if (!File.Exists(path) && !Directory.Exists(path)) throw new UserMistakeException($"--model: got [{path}], takes a zip or a checkpoint folder that exists");
        return ml.Pathology().Pretrained(path, Presets.ModelOptions(Presets.Of(path)));
    }

    /// <summary>The fitted stages in a zip; the caller disposes them.</summary>
    /// <exception cref="UserMistakeException">The file is no model, or holds no stage.</exception>
    internal static IReadOnlyList<PathologyTransformer> Stages(MLContext ml, string zip)
    {
        IReadOnlyList<PathologyTransformer> stages = StagesOf(Load(ml, zip));
        return stages.Count > 0 ? stages : throw new UserMistakeException($"{zip}: holds no fitted stage; takes a zip that train wrote");
    }

    /// <summary>The fitted stages of a chain, of chains in it, or the one stage.</summary>
    internal static IReadOnlyList<PathologyTransformer> StagesOf(ITransformer model) => model switch
    {
        PathologyTransformer stage => [stage],
        IEnumerable<ITransformer> chain => [.. chain.SelectMany(StagesOf)],
        _ => [],
    };

    // ML.NET reads zips with exceptions of many kinds, and wraps those of components.
    private static ITransformer Load(MLContext ml, string zip)
    {
        try
        {
            return ml.Model.Load(zip, out _);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            throw new UserMistakeException($"{zip}: cannot be read as a model: {failure.GetBaseException().Message}", failure);
        }
    }
}
