using Microsoft.ML;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Bases;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Inference.Provenance;
using PathVlm.MLNet.Training.Options;
using PathVlm.Modeling;
using PathVlm.Modeling.Files;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Origins;

/// <summary>
/// Where the policy that a stage trains comes from: a checkpoint folder, a zip, or the stage before it in the chain. Rows are encoded with
/// <see cref="Encoder"/> before <see cref="Load"/> brings the weights into memory.
/// </summary>
internal sealed class PolicyOrigin : IDisposable
{
    private readonly Func<PathologyPolicy> _load;
    private readonly ModelLoadOptions _placed;
    private readonly PathologyPolicy? _before;

    private PolicyOrigin(PromptEncoder encoder, ModelLoadOptions placed, Func<PathologyPolicy> load, PathologyPolicy? before = null)
    {
        Encoder = encoder;
        _placed = placed;
        _load = load;
        _before = before?.Retain();
    }

    /// <summary>Tokenizer and image processor with the stage's limits and template.</summary>
    public PromptEncoder Encoder { get; }

    /// <summary>
    /// The model of the stage before, which has the weights that training starts from and is not trained; null where there is none.
    /// </summary>
    public Qwen25VlModel? Unchanging =>
        _before is { HasWeights: true } && _before.Model.Type == _placed.Type && DeviceChoice.IsSame(_before.Model.Device, _placed.Device)
            ? _before.Model
            : null;

    /// <summary>Whether a stage has somewhere to start from; checked before anything is read.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// Neither a base model nor a stage before it, or no model where the options name one.
    /// </exception>
    public static void Check(PathologyTrainingOptions options, bool isChained, string component)
    {
        if (options.BaseModel is null && !isChained)
            throw new ArgumentOutOfRangeException(
                nameof(options),
                $"{component}: BaseModel: expected a checkpoint folder or a zip where no stage before it in the chain has a model,"
                + " got null.");
        if (options.BaseModel is string path && !Directory.Exists(path) && !File.Exists(path))
            throw new ArgumentOutOfRangeException(
                nameof(options), $"{component}: BaseModel: expected a checkpoint folder or a zip that exists, got [{path}].");
    }

    /// <summary>Finds the origin that <see cref="Check"/> has accepted.</summary>
    /// <param name="options">The stage's options.</param>
    /// <param name="schema">Schema of the rows, which carries the policy of the stage before.</param>
    /// <param name="component">Who asks, for messages.</param>
    public static PolicyOrigin Of(PathologyTrainingOptions options, DataViewSchema schema, string component)
    {
        Device device = DeviceChoice.Of(options.Device);
        ModelLoadOptions placed = new() { Type = TypeOf(options, schema, device), Device = device };
        PolicyOrigin origin = options.BaseModel is null ? Chained(options, placed, PolicyAnnotation.Find(schema)!, component)
            : Directory.Exists(options.BaseModel) ? OfFolder(options, placed, options.BaseModel, component)
            : OfZip(options, placed, options.BaseModel, component);
        AdapterStart.CheckTargets(options, origin.Encoder.Configuration, component);
        return origin;
    }

    /// <summary>Type in which the weights are trained, or computed with under an adapter.</summary>
    public ScalarType Type => _placed.Type;

    /// <summary>Device of the weights.</summary>
    public Device Device => _placed.Device;

    /// <summary>Whether a stage before it in the chain has the weights that it starts from.</summary>
    public bool StartsFromStage => _before is not null;

    /// <summary>Bytes of the weights of the stage before, where they stay in memory beside this stage's own.</summary>
    public long BytesOfStageBefore(PathologyTrainingOptions options)
    {
        if (_before is not { HasWeights: true } || options.TakeOverWeights) return 0;
        bool shares = options.Lora is not null && _before.Model.Type == Type && DeviceChoice.IsSame(_before.Model.Device, Device);
        return shares ? 0 : _before.Model.Parameters.Count * _before.Model.Parameters.Values.element_size();
    }

    // A base that is not trained stays in its own type where nobody says otherwise.
    private static ScalarType TypeOf(PathologyTrainingOptions options, DataViewSchema schema, Device device)
    {
        if (options.Lora is null || options.Precision != TrainingPrecision.Auto) return PrecisionChoice.Resolve(options.Precision, device);
        if (options.BaseModel is null && PolicyAnnotation.Find(schema) is { HasWeights: true } before) return before.Model.Type;
        return Directory.Exists(options.BaseModel)
            ? NumberTypes.Of(ModelPrecision.Auto, BaseModelFolder.Of(options.BaseModel).Checkpoint, device)
            : PrecisionChoice.Resolve(options.Precision, device);
    }

    /// <summary>The policy to train; its weights are the caller's alone, or shared where an adapter is trained.</summary>
    public PathologyPolicy Load() => _load();

    /// <inheritdoc/>
    public void Dispose() => _before?.Release();

    private static PolicyOrigin OfFolder(PathologyTrainingOptions options, ModelLoadOptions placed, string named, string component)
    {
        BaseModelFolder folder = BaseModelFolder.Of(named);
        if (folder.Adapter is not null) AdapterStart.CheckContinued(options, folder.Adapter, component);
        CheckpointSource files = CheckpointSource.FromFolder(folder.Checkpoint).ToMemory();
        PolicySettings settings = options.PolicySettings(PolicySettingsFile.Read(named));
        var encoder = new PromptEncoder(files, settings);
        return new PolicyOrigin(encoder, placed, () =>
        {
            Task<BaseReference> hashing = Task.Run(() => BaseFiles.Describe(folder.Checkpoint));
            Qwen25VlModel model = AdapterStart.Of(folder.Load(placed), options, component);
            BaseReference reference = hashing.GetAwaiter().GetResult();
            ModelProvenance provenance = ProvenanceFile.Read(named)
                ?? new ModelProvenance(BaseProvenance.OfFolder(folder.Checkpoint) with { Sha256 = reference.Sha256 }, []);
            return new PathologyPolicy(model, files, settings, encoder)
            {
                Base = options.Lora is null ? null : reference,
                BaseFolder = folder.Checkpoint,
                Provenance = provenance,
            };
        });
    }

    // A zip names its model only when it is loaded.
    private static PolicyOrigin OfZip(PathologyTrainingOptions options, ModelLoadOptions placed, string zip, string component)
    {
        PathologyPolicy stored = PathologyModelFile.Load(zip);
        AdapterStart.CheckContinued(options, stored.Model, component);
        PathologyPolicy policy = stored.TakeOver(
            "The policy is being trained.", options.PolicySettings(stored.Settings), type: placed.Type, device: placed.Device);
        return new PolicyOrigin(policy.Encoder, placed, () => AdapterStart.Of(policy, options));
    }

    private static PolicyOrigin Chained(PathologyTrainingOptions options, ModelLoadOptions placed, PathologyPolicy before, string component)
    {
        if (before.HasWeights) AdapterStart.CheckContinued(options, before.Model, component);
        PolicySettings settings = options.PolicySettings(before.Settings);
        var encoder = new PromptEncoder(before.Files, settings);
        string taken = $"The weights of this stage were taken over by the {component} stage after it (TakeOverWeights), so it"
            + " cannot answer; use the later stage, or fit the chain with TakeOverWeights = false.";
        return new PolicyOrigin(encoder, placed, () =>
        {
            if (AdapterStart.Sharing(before, placed, options, settings, encoder) is { } sharing) return sharing;
            return AdapterStart.Of(options.TakeOverWeights
                ? before.TakeOver(taken, settings, encoder, placed.Type, placed.Device)
                : before.Copy(settings, encoder, placed.Type, placed.Device), options);
        }, before);
    }
}
