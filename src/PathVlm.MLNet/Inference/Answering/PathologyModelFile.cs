using Microsoft.ML;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Inference.Bases;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.Modeling;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Inference.Answering;

/// <summary>Models on disk: checkpoint folders, and zips that <c>Model.Save</c> wrote.</summary>
internal static class PathologyModelFile
{
    /// <summary>A model as a transformer, from a folder or a zip.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is nothing at the path, or an option is out of range.</exception>
    /// <exception cref="InvalidDataException">The folder or zip is faulty.</exception>
    public static PathologyTransformer Open(IHostEnvironment environment, string path, PathologyModelOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options.Validate();
        if (Directory.Exists(path))
        {
            BaseModelFolder folder = BaseModelFolder.Of(path, options.Adapter);
            CheckpointTextFiles files = CheckpointTextFiles.Read(folder.Checkpoint);
            PolicySettings settings = options.Settings(PolicySettingsFile.Read(path));
            var encoder = new PromptEncoder(files, settings);
            Device device = DeviceChoice.Of(options.Device);
            Qwen25VlModel model = folder.Load(new ModelLoadOptions { Type = NumberTypes.Of(options.Precision, folder.Checkpoint), Device = device });
            var policy = new PathologyPolicy(model, files, settings, encoder) { Base = model.Adapter is null ? null : BaseFiles.Describe(folder.Checkpoint) };
            return new PathologyTransformer(environment, policy, options.TransformerSettings);
        }
        if (!File.Exists(path))
            throw new ArgumentOutOfRangeException(nameof(path), $"Model: got [{path}], takes a checkpoint folder or a zip that exists.");
        if (options.Adapter is not null)
            throw new ArgumentOutOfRangeException(nameof(path), $"Adapter: [{options.Adapter}] is used on a checkpoint folder; [{path}] is a zip.");
        PathologyPolicy stored = Load(path);
        return new PathologyTransformer(environment, stored.TakeOver("The policy was opened anew.", options.Settings(stored.Settings), type: options.ExplicitType, device: DeviceChoice.Of(options.Device)), options.TransformerSettings);
    }

    /// <summary>The policy of the last stage in a zip.</summary>
    /// <exception cref="InvalidDataException">The file is no model of ours, or damaged; the message names it and what is wrong.</exception>
    public static PathologyPolicy Load(string zip)
    {
        ITransformer model = LoadTransformer(zip);
        PathologyTransformer[] stages = [.. Flatten(model).OfType<PathologyTransformer>()];
        if (stages.Length == 0) throw new InvalidDataException($"{zip}: holds no PathVlm.MLNet model; takes a zip that Model.Save wrote of a fitted SupervisedFineTuning or Grpo.");
        foreach (PathologyTransformer stage in stages[..^1]) stage.Dispose();
        return stages[^1].Policy;
    }

    /// <summary>The transformer in a zip; what ML.NET wraps around an error of ours is taken off.</summary>
    /// <exception cref="InvalidDataException">The file is no model, or damaged.</exception>
    public static ITransformer LoadTransformer(string zip)
    {
        try
        {
            return new MLContext().Model.Load(zip, out _);
        }
        catch (Exception failure) when (failure is not (OutOfMemoryException or FileNotFoundException or DirectoryNotFoundException))
        {
            InvalidDataException? ours = Causes(failure).OfType<InvalidDataException>()
                .FirstOrDefault(cause => cause.Source?.StartsWith(nameof(PathVlm), StringComparison.Ordinal) == true);
            throw ours is not null
                ? new InvalidDataException(ours.Message, failure)
                : new InvalidDataException($"{zip}: cannot be read as a model: {Causes(failure).Last().Message}", failure);
        }
    }

    /// <summary>The transformers of a chain, of chains in it, or the one transformer.</summary>
    public static IEnumerable<ITransformer> Flatten(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Flatten) : [model];

    private static IEnumerable<Exception> Causes(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException) yield return cause;
    }
}
