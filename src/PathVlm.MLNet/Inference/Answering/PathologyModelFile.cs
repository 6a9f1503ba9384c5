using Microsoft.ML;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Inference.Bases;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Inference.Provenance;
using PathVlm.MLNet.Persistence;
using PathVlm.MLNet.Persistence.Zips;
using PathVlm.Modeling;
using PathVlm.Modeling.Files;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Inference.Answering;

/// <summary>Models on disk: checkpoint folders, and zips that <c>Model.Save</c> wrote.</summary>
public static class PathologyModelFile
{
    /// <summary>A model as a transformer, from a folder or a zip.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is nothing at the path, or an option is out of range.</exception>
    /// <exception cref="InvalidDataException">The folder or zip is faulty.</exception>
    internal static PathologyTransformer Open(IHostEnvironment environment, string path, PathologyModelOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options.Validate();
        if (Directory.Exists(path))
        {
            BaseModelFolder folder = BaseModelFolder.Of(path, options.Adapter);
            CheckpointSource files = CheckpointSource.FromFolder(folder.Checkpoint).ToMemory();
            PolicySettings settings = options.Settings(PolicySettingsFile.Read(path));
            var encoder = new PromptEncoder(files, settings);
            Device device = DeviceChoice.Of(options.Device);
            ScalarType type = NumberTypes.Of(options.Precision, folder.Checkpoint, device);
            Qwen25VlModel model = folder.Load(
                new ModelLoadOptions { Type = type, Device = device, AllowNonFinite = options.AllowNonFinite });
            ModelProvenance provenance =
                ProvenanceFile.Read(path) ?? ModelProvenance.OfFolder(folder.Checkpoint);
            using (var channel = new MessageChannel(environment, PathologyTransformer.Name))
                if (provenance.Base?.Notice is { } notice) channel.Warning(notice);
            var policy = new PathologyPolicy(model, files, settings, encoder)
            {
                Base = model.Adapter is null ? null : BaseFiles.Describe(folder.Checkpoint),
                BaseFolder = folder.Checkpoint,
                Provenance = provenance,
            };
            return new PathologyTransformer(environment, policy, options.TransformerSettings);
        }
        if (!File.Exists(path))
            throw new ArgumentOutOfRangeException(nameof(path), $"Model: expected a checkpoint folder or a zip that exists, got [{path}].");
        if (options.Adapter is not null)
            throw new ArgumentOutOfRangeException(
                nameof(path), $"Adapter: [{options.Adapter}]: expected a model that is a checkpoint folder, got the zip [{path}].");
        PathologyPolicy stored = Load(path, options.AllowNonFinite);
        PathologyPolicy opened = stored.TakeOver(
            "The policy was opened anew.", options.Settings(stored.Settings), type: options.ExplicitType,
            device: DeviceChoice.Of(options.Device));
        return new PathologyTransformer(environment, opened, options.TransformerSettings);
    }

    /// <summary>The policy of the last stage in a zip.</summary>
    /// <exception cref="InvalidDataException">The file is no model of ours, or damaged; the message names it and what is wrong.</exception>
    internal static PathologyPolicy Load(string zip, bool allowNonFinite = false)
    {
        ITransformer model = ModelZip.Load(zip, out _, new ModelZipOptions { AllowNonFinite = allowNonFinite });
        PathologyTransformer[] stages = [.. Flatten(model).OfType<PathologyTransformer>()];
        if (stages.Length == 0) throw new InvalidDataException(
            $"{zip}: holds no PathVlm.MLNet model; expected a zip that Model.Save wrote of a fitted SupervisedFineTuning or Grpo.");
        foreach (PathologyTransformer stage in stages[..^1]) stage.Dispose();
        return stages[^1].Policy;
    }

    /// <summary>Loads the fitted stages of a zip that <c>Model.Save</c> wrote.</summary>
    /// <param name="zip">The file.</param>
    /// <returns>The stages, in their order; the caller disposes each.</returns>
    /// <exception cref="InvalidDataException">The file is no model, is damaged, or holds no fitted stage.</exception>
    public static IReadOnlyList<PathologyTransformer> LoadStages(string zip)
    {
        ArgumentException.ThrowIfNullOrEmpty(zip);
        IReadOnlyList<PathologyTransformer> stages = StagesOf(ModelZip.Load(zip, out _, new ModelZipOptions()));
        return stages.Count > 0 ? stages
            : throw new InvalidDataException($"{zip}: expected a zip with a fitted SupervisedFineTuning or Grpo, got one without.");
    }

    /// <summary>The fitted stages of a chain, of chains in it, or the one stage.</summary>
    /// <param name="model">The fitted chain or stage; it stays the owner of the stages.</param>
    public static IReadOnlyList<PathologyTransformer> StagesOf(ITransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return [.. Flatten(model).OfType<PathologyTransformer>()];
    }

    /// <summary>The transformers of a chain, of chains in it, or the one transformer.</summary>
    internal static IEnumerable<ITransformer> Flatten(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Flatten) : [model];
}
