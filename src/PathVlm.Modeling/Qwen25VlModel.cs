using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Language;
using PathVlm.Modeling.Native;
using PathVlm.Modeling.Options;
using PathVlm.Modeling.Parameters;
using PathVlm.Modeling.Processing;
using PathVlm.Modeling.Sequences;
using PathVlm.Modeling.Vision;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling;

/// <summary>
/// Qwen2.5-VL: vision tower, decoder over packed segments, head. Shapes: T rows of a pack, D the decoder's width, V the vocabulary,
/// N patches. Tensors that a call returns belong to the caller's dispose scope. Gradients flow where <see cref="ParameterSet.Train"/>
/// asked for them. Not thread-safe while training.
/// </summary>
public sealed partial class Qwen25VlModel : IDisposable
{
    private readonly VisionTower _visual;
    private readonly LanguageHead _head;

    private Qwen25VlModel(ModelConfiguration configuration, ParameterSet parameters, LoraAdapter? adapter = null)
    {
        Configuration = configuration;
        Parameters = parameters;
        Adapter = adapter;
        _visual = new VisionTower(configuration.Vision, parameters);
        Decoder = new Decoder(configuration.Text, parameters, adapter?.Layers);
        _head = new LanguageHead(parameters[configuration.Text.TieWordEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight"]);
    }

    /// <summary>The settings the model was built from.</summary>
    public ModelConfiguration Configuration { get; }

    /// <summary>All weights, their gradients, and which of them are trained.</summary>
    internal ParameterSet Parameters { get; }

    /// <summary>
    /// Published checkpoint key -> weight, in the checkpoint's shape (<see cref="Checkpoints.CheckpointTable"/>), with the type and on the
    /// device of the model. They are views of <see cref="Parameters"/> and belong to the model.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> CheckpointTensors => Parameters.Published;

    /// <summary>What was computed so far.</summary>
    internal ForwardCounters Counters { get; } = new();

    /// <summary>Device of the weights.</summary>
    public Device Device => Parameters.Values.device;

    /// <summary>Type of the weights.</summary>
    public ScalarType Type => Parameters.Values.dtype;

    internal Decoder Decoder { get; }

    /// <summary>Loads a checkpoint folder, published layout or nested, one file or shards, any float type.</summary>
    /// <param name="folder">Folder with config.json and safetensors files.</param>
    /// <param name="options">Type and device; null for the defaults.</param>
    /// <exception cref="InvalidDataException">The folder is no checkpoint of this architecture; the message names every fault.</exception>
    public static Qwen25VlModel Load(string folder, ModelLoadOptions? options = null)
    {
        ModelConfiguration configuration = ModelConfiguration.Load(folder);
        options ??= new ModelLoadOptions();
        // Sizes that the settings imply are compared with the files before any memory is asked for.
        CheckpointReader.Validate(folder, configuration);
        Qwen25VlModel model = Create(configuration, options);
        try
        {
            using IDisposable none = no_grad();
            CheckpointReader.LoadInto(folder, configuration, model.CheckpointTensors, options.AllowNonFinite);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>A model with random weights to train from: a function of the settings and the seed alone.</summary>
    public static Qwen25VlModel CreateRandom(ModelConfiguration configuration, long seed, ModelLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Qwen25VlModel model = Create(configuration, options ?? new ModelLoadOptions());
        RandomWeights.Fill(model.Parameters, configuration, seed);
        return model;
    }

    /// <summary>A copy with weights of its own, not being trained: a reference policy, another type, another device.</summary>
    /// <param name="options">Type and device; null keeps both.</param>
    public Qwen25VlModel Clone(ModelLoadOptions? options = null)
    {
        ScalarType type = options?.Type ?? Type;
        Device device = options?.Device ?? Device;
        return new Qwen25VlModel(Configuration, Parameters.Clone(type, device), Adapter?.Clone(type, device));
    }

    /// <summary>Takes over the weights of a model with the same settings, not its adapter.</summary>
    /// <exception cref="ArgumentException">The other model has another number of weights.</exception>
    public void CopyWeightsFrom(Qwen25VlModel other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Parameters.CopyFrom(other.Parameters);
    }

    /// <summary>Encodes pictures; without gradient unless the vision tower is trained.</summary>
    /// <param name="patches">
    /// [N, patch values], float32, any device: the pictures one after the other, as the image processor makes them. It stays the caller's.
    /// </param>
    /// <param name="grids">Their grids; together N patches.</param>
    /// <returns>
    /// [N / merge², D], in the order of the pictures' placeholder tokens, in the model's type and on its device; it belongs to the caller's
    /// dispose scope.
    /// </returns>
    /// <exception cref="ArgumentException">Shape or grids do not fit.</exception>
    public Tensor EncodeImages(Tensor patches, IReadOnlyList<ImageGrid> grids)
    {
        ArgumentNullException.ThrowIfNull(patches);
        ArgumentNullException.ThrowIfNull(grids);
        long expected = grids.Sum(grid => (long)grid.PatchCount), values = Configuration.Vision.PatchValues;
        if (grids.Count == 0 || patches.dim() != 2 || patches.size(0) != expected || patches.size(1) != values)
            throw new ArgumentException(
                $"Patches: expected [{expected}, {values}] for {grids.Count} grid(s), got [{string.Join(", ", patches.shape)}].",
                nameof(patches));
        foreach (ImageGrid grid in grids)
            if (grid.Rows % Configuration.Vision.SpatialMergeSize != 0 || grid.Columns % Configuration.Vision.SpatialMergeSize != 0)
                throw new ArgumentException(
                    $"Grid: expected rows and columns divisible by {Configuration.Vision.SpatialMergeSize}, got {grid}.", nameof(grids));
        Counters.EncodedPictures += grids.Count;
        using IDisposable? none = Parameters.IsTraining && Parameters.Trainable.Start == 0 ? null : no_grad();
        using Tensor typed = patches.to(Type, Device);
        return _visual.Forward(typed, grids);
    }

    /// <summary>Encodes pictures; without gradient unless the vision tower is trained.</summary>
    /// <param name="images">Processed pictures, in the order of their placeholder tokens.</param>
    /// <returns>
    /// [placeholders, D] in the model's type and on its device; null without pictures. It belongs to the caller's dispose scope.
    /// </returns>
    /// <exception cref="ArgumentException">A picture was processed for another model.</exception>
    public Tensor? EncodeImages(IReadOnlyList<ProcessedImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return EncodeImages([.. images.Select(image => image.Grid)], images.Select(image => image.Patches));
    }

    /// <summary>Encodes pictures whose patches are made as they are read; without gradient unless the vision tower is trained.</summary>
    /// <param name="grids">Grids of the pictures, in the order of their placeholder tokens.</param>
    /// <param name="patches">Patches of each picture, [N, patch values] row by row; read once.</param>
    /// <returns>
    /// [placeholders, D] in the model's type and on its device; null without pictures. It belongs to the caller's dispose scope.
    /// </returns>
    /// <exception cref="ArgumentException">A picture was processed for another model.</exception>
    public Tensor? EncodeImages(IReadOnlyList<ImageGrid> grids, IEnumerable<float[]> patches)
    {
        ArgumentNullException.ThrowIfNull(grids);
        ArgumentNullException.ThrowIfNull(patches);
        if (grids.Count == 0)
            return null;
        using DisposeScope scope = NewDisposeScope();
        Tensor[] each = [.. grids.Zip(patches, PatchesOf)];
        return EncodeImages(each.Length == 1 ? each[0] : cat(each, 0), grids).MoveToOuterDisposeScope();
    }

    /// <summary>Logits of every token of a prompt: row t scores the token that follows token t.</summary>
    /// <param name="prompt">A prompt of T tokens, from <see cref="Qwen25VlProcessor"/>.</param>
    /// <returns>[T, V], in the model's type and on its device; it belongs to the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">An id lies outside the vocabulary, or the pictures do not fit their places.</exception>
    public Tensor Logits(EncodedPrompt prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        using DisposeScope scope = NewDisposeScope();
        PackedSequencesBuilder builder = new(Configuration);
        builder.AddPrompt(prompt.TokenIds, [.. prompt.Images.Select(image => image.Grid)]);
        Tensor hidden = Forward(builder.Build(Device), EncodeImages(prompt.Images));
        return Logits(hidden).MoveToOuterDisposeScope();
    }

    /// <summary>Hidden states after the final norm, of the wanted rows alone.</summary>
    /// <param name="packed">The pack, on the model's device.</param>
    /// <param name="imageFeatures">Features of the pack's pictures in its order [placeholders, D]; null without pictures.</param>
    /// <param name="rows">The rows wanted; null for all.</param>
    /// <returns>[rows, D], in the model's type and on its device; it belongs to the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">Features do not fit the pack's placeholders, or rows lie outside it.</exception>
    internal Tensor Forward(PackedSequences packed, Tensor? imageFeatures = null, ForwardRows? rows = null)
    {
        ArgumentNullException.ThrowIfNull(packed);
        Counters.TrunkRows += packed.TokenCount;
        return Decoder.Forward(packed, imageFeatures, rows ?? ForwardRows.All);
    }

    /// <summary>The hidden states that enter each layer, then the normed output: layers + 1 tensors [T, D]. For tests.</summary>
    internal IReadOnlyList<Tensor> HiddenStates(PackedSequences packed, Tensor? imageFeatures = null)
    {
        ArgumentNullException.ThrowIfNull(packed);
        var states = new List<Tensor>();
        states.Add(Decoder.Forward(
            packed, imageFeatures, ForwardRows.All, hiddenStates: state => states.Add(state.alias().DetachFromDisposeScope())));
        return states;
    }

    /// <summary>Logits of hidden states.</summary>
    /// <param name="hidden">[n, D], in the model's type and on its device.</param>
    /// <returns>[n, V], in the model's type and on its device; it belongs to the caller's dispose scope.</returns>
    public Tensor Logits(Tensor hidden)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        Counters.HeadRows += hidden.size(0);
        return Head(hidden);
    }

    /// <summary>Logits of hidden states [n, D], not counted.</summary>
    internal Tensor Head(Tensor hidden) => _head.Logits(hidden);

    /// <summary>Log-probabilities of target tokens, in chunks: logits of all rows never exist at one time.</summary>
    /// <param name="hidden">[n, D], from <see cref="Forward"/>: the row before each target.</param>
    /// <param name="targets">Target ids, int64 [n].</param>
    /// <param name="options">Temperature, suppressed ids, by-products; null for the defaults.</param>
    /// <returns>Scores of the n targets; their tensors belong to the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">Shapes or options do not fit.</exception>
    internal TokenScores TokenLogProbabilities(Tensor hidden, Tensor targets, TokenScoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(targets);
        Counters.HeadRows += hidden.size(0);
        return _head.Score(hidden, targets, options ?? new TokenScoreOptions());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Decoder.Dispose();
        Adapter?.Dispose();
        Parameters.Release();
    }

    private Tensor PatchesOf(ImageGrid grid, float[] patches)
    {
        long values = Configuration.Vision.PatchValues, expected = grid.PatchCount * values;
        return patches.LongLength == expected
            ? tensor(patches, [grid.PatchCount, values])
            : throw new ArgumentException(
                $"Patches: expected {expected} values, {grid.PatchCount} patches of {values}, got {patches.LongLength}.", nameof(patches));
    }

    /// <summary>
    /// A model whose weights hold whatever its memory held, to be filled through <see cref="CheckpointTensors"/> at once.
    /// </summary>
    internal static Qwen25VlModel Create(ModelConfiguration configuration, ModelLoadOptions options)
    {
        OptionRules.Validated(options);
        LibTorch.EnsureDevice(options.Device);
        return new Qwen25VlModel(configuration, new ParameterSet(configuration, options.Type, options.Device));
    }
}
