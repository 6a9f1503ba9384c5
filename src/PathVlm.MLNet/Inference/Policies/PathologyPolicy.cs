using System.Collections.Immutable;
using System.Diagnostics;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Diagnostics;
using PathVlm.MLNet.Inference.Bases;
using PathVlm.MLNet.Inference.Provenance;
using PathVlm.Modeling;
using PathVlm.Modeling.Adapters;
using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Files;
using PathVlm.Modeling.Generation;
using PathVlm.Modeling.Generation.Decoding;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Processing;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Inference.Policies;

/// <summary>
/// A model with what it needs to read rows and answer them: processor, prompt template, decoding settings. Transformers share one by
/// counting references; the last one to let go frees the weights. Calls from several threads take turns.
/// </summary>
public sealed class PathologyPolicy
{
    private readonly Lock _turn = new();
    private readonly CheckpointSource _files;
    private Qwen25VlModel? _model;
    private BatchedGenerator? _generator;
    private string? _absence;
    private int _references;

    internal PathologyPolicy(Qwen25VlModel model, CheckpointSource files, PolicySettings settings, PromptEncoder? encoder = null)
        : this(files, settings, encoder)
    {
        _model = model;
    }

    /// <summary>A policy without weights: they were taken over by a later stage.</summary>
    internal PathologyPolicy(CheckpointSource files, PolicySettings settings, string absence)
        : this(files, settings, encoder: null)
    {
        _absence = absence;
    }

    private PathologyPolicy(CheckpointSource files, PolicySettings settings, PromptEncoder? encoder)
    {
        _files = files;
        Settings = settings;
        Encoder = encoder ?? new PromptEncoder(files, settings);
    }

    /// <summary>Settings of the model.</summary>
    public ModelConfiguration Configuration => Encoder.Configuration;

    /// <summary>How a row becomes a prompt.</summary>
    public PathologyPromptTemplate Template => Settings.Template;

    /// <summary>How answers are decoded: greedily unless said otherwise.</summary>
    public SamplingOptions Decoding => Settings.Decoding;

    /// <summary>Turns texts and pictures into tokens and patches.</summary>
    public Qwen25VlProcessor Processor => Encoder.Processor;

    /// <summary>Whether the policy has its weights: false where a later stage took them over, or after the last owner let go.</summary>
    public bool HasWeights => _model is not null;

    /// <summary>Whether the model has an adapter: its weights are then those of the checkpoint that it was trained on.</summary>
    public bool HasAdapter => _model?.Adapter is not null;

    /// <summary>The model.</summary>
    /// <exception cref="InvalidOperationException">A later stage took the weights over.</exception>
    /// <exception cref="ObjectDisposedException">The last owner let go of them.</exception>
    internal Qwen25VlModel Model => _model ?? throw (_absence is null
        ? new ObjectDisposedException(
            nameof(PathologyPolicy),
            "The model was disposed (a PredictionEngine disposes its transformer unless it is created with ownsTransformer: false).")
        : new InvalidOperationException(_absence));

    /// <summary>
    /// Hashes of the pictures that the weights were trained on, here and in stages before; of a checkpoint folder none are known.
    /// </summary>
    internal ImmutableSortedSet<string> TrainedPictures { get; set; } = [];

    /// <summary>Where the weights come from: base, data, judges, code.</summary>
    public ModelProvenance Provenance { get; internal set; } = ModelProvenance.Unknown;

    internal PolicySettings Settings { get; }

    /// <summary>
    /// The checkpoint that an adapter is for, which a zip names instead of holding it; null without an adapter, or where the weights came
    /// from no folder.
    /// </summary>
    internal BaseReference? Base { get; init; }

    /// <summary>The checkpoint folder that the weights were read from; null where they came from elsewhere.</summary>
    internal string? BaseFolder { get; init; }

    internal CheckpointSource Files => _files;

    internal string? Absence => _absence;

    internal PromptEncoder Encoder { get; }

    /// <summary>The tokens and patches of a row's prompt.</summary>
    /// <param name="row">A row that was read with its picture.</param>
    /// <exception cref="InvalidDataException">The prompt is longer than the policy takes; the message names the row.</exception>
    public EncodedPrompt Encode(PathologyRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Encoder.Encode(row);
    }

    /// <summary>Answers rows, all together, in their order.</summary>
    /// <param name="rows">Rows that were read with their pictures.</param>
    /// <param name="cancellation">Stops between two layers of a pass.</param>
    /// <exception cref="InvalidOperationException">A later stage took the weights over.</exception>
    /// <exception cref="InvalidDataException">The model's output is NaN or infinite; the message names the row.</exception>
    public IReadOnlyList<PathologyAnswer> Answer(IReadOnlyList<PathologyRow> rows, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count == 0) return [];
        EncodedPrompt[] prompts = [.. rows.Select(row =>
        {
            cancellation.ThrowIfCancellationRequested();
            return Encode(row);
        })];
        GeneratedSequence[] sequences = Generate(prompts, 1, Decoding, seed: 0, step: 0, cancellation: cancellation);
        return [.. rows.Zip(sequences, (row, sequence) => Read(row, sequence))];
    }

    /// <summary>Samples completions of prompts, those of a prompt side by side.</summary>
    internal GeneratedSequence[] Generate(
        IReadOnlyList<EncodedPrompt> prompts, int completions, SamplingOptions sampling, long seed, long step,
        IReadOnlyList<long>? rows = null, CancellationToken cancellation = default)
    {
        lock (_turn)
        {
            Qwen25VlModel current = Model;
            _generator ??= new BatchedGenerator(current, [.. Encoder.EndTokenIds], [.. Encoder.SuppressedTokenIds]);
            using DisposeScope scope = NewDisposeScope();
            using Activity? activity = PathologyTelemetry.Start("generate");
            GeneratedSequence[] sequences = _generator.GenerateCounted(
                Prompts(current, prompts, rows), completions, sampling, prompts.Count, seed, step, cancellation: cancellation);
            activity?.SetTag("prompts", prompts.Count).SetTag("completions", sequences.Length)
                .SetTag("tokens", sequences.Sum(sequence => sequence.TokenIds.Count));
            return sequences;
        }
    }

    /// <summary>Gives the model to a caller who takes a turn with it.</summary>
    /// <exception cref="InvalidOperationException">A later stage took the weights over.</exception>
    /// <exception cref="ObjectDisposedException">The last owner let go of them.</exception>
    internal T InTurn<T>(Func<Qwen25VlModel, T> use)
    {
        lock (_turn) return use(Model);
    }

    /// <summary>A policy with weights of its own, equal to this one's; not yet owned by anybody.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="encoder">Its encoder, made with those settings.</param>
    /// <param name="type">Type of its weights.</param>
    /// <param name="device">Device of its weights.</param>
    internal PathologyPolicy Copy(PolicySettings settings, PromptEncoder encoder, ScalarType type, Device device)
    {
        lock (_turn)
        {
            Qwen25VlModel own = Model;
            bool shares = own.Adapter is not null && own.Type == type && DeviceChoice.IsSame(own.Device, device);
            Qwen25VlModel copy = shares
                ? own.WithAdapter(own.Adapter!.Clone())
                : own.Clone(new ModelLoadOptions { Type = type, Device = device });
            return new PathologyPolicy(copy, _files, settings, encoder)
            {
                Base = Base,
                BaseFolder = BaseFolder,
                TrainedPictures = TrainedPictures,
                Provenance = Provenance,
            };
        }
    }

    /// <summary>A policy that computes with this one's weights, which are not copied, and an adapter of its own.</summary>
    /// <param name="adapter">Makes the adapter for a model.</param>
    /// <param name="settings">Its settings.</param>
    /// <param name="encoder">Its encoder, made with those settings.</param>
    internal PathologyPolicy WithAdapter(Func<Qwen25VlModel, LoraAdapter> adapter, PolicySettings settings, PromptEncoder encoder)
    {
        lock (_turn)
            return new PathologyPolicy(Model.WithAdapter(adapter(Model)), _files, settings, encoder)
            {
                Base = Base,
                BaseFolder = BaseFolder,
                TrainedPictures = TrainedPictures,
                Provenance = Provenance,
            };
    }

    /// <summary>Moves the weights to a new policy; this one says <paramref name="reason"/> when asked to answer from now on.</summary>
    /// <param name="reason">What this one says.</param>
    /// <param name="settings">Settings of the new one.</param>
    /// <param name="encoder">Its encoder; null: made here.</param>
    /// <param name="type">Type of its weights; null: as they are.</param>
    /// <param name="device">Device of its weights; null: where they are.</param>
    internal PathologyPolicy TakeOver(
        string reason, PolicySettings settings, PromptEncoder? encoder = null, ScalarType? type = null, Device? device = null)
    {
        lock (_turn)
        {
            Qwen25VlModel own = Model;
            ModelLoadOptions wanted = new() { Type = type ?? own.Type, Device = device ?? own.Device };
            bool converts = wanted.Type != own.Type || !DeviceChoice.IsSame(wanted.Device, own.Device);
            var taken = new PathologyPolicy(converts ? own.Clone(wanted) : own, _files, settings, encoder)
            {
                Base = Base,
                BaseFolder = BaseFolder,
                TrainedPictures = TrainedPictures,
                Provenance = Provenance,
            };
            _generator?.Dispose();
            if (converts) own.Dispose();
            (_generator, _model, _absence) = (null, null, reason);
            return taken;
        }
    }

    /// <summary>Says that somebody uses the policy.</summary>
    internal PathologyPolicy Retain()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    /// <summary>Says that a user needs it no longer; the last one frees the weights.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _references) > 0) return;
        lock (_turn)
        {
            _generator?.Dispose();
            _model?.Dispose();
            (_generator, _model) = (null, null);
        }
    }

    /// <summary>
    /// Writes the policy as a checkpoint folder of the published layout, for other programs; an adapter is merged into the weights.
    /// </summary>
    /// <param name="folder">Folder to make.</param>
    /// <param name="options">Type, size of files, replacing; null for the defaults.</param>
    /// <exception cref="IOException">The folder exists and is not to be replaced, or cannot be written.</exception>
    public void SaveCheckpoint(string folder, CheckpointWriteOptions? options = null)
    {
        lock (_turn)
            CheckpointWriter.Save(
                folder, Configuration, Model.CheckpointTensors, _files, options, Model.Adapter is { } adapter ? adapter.MergedInto : null,
                WriteSettings);
    }

    /// <summary>Writes the policy's adapter as a PEFT folder, for other programs.</summary>
    /// <param name="folder">Folder to make.</param>
    /// <param name="overwrite">Whether an adapter folder that exists is replaced.</param>
    /// <exception cref="InvalidOperationException">The policy has no adapter.</exception>
    /// <exception cref="IOException">The folder exists and is not to be replaced, or cannot be written.</exception>
    public void SaveAdapter(string folder, bool overwrite = false)
    {
        lock (_turn)
        {
            LoraAdapter adapter = Model.Adapter ?? throw new InvalidOperationException(
                "The model has no adapter: its weights themselves were trained; save it whole (SaveCheckpoint).");
            PeftFolder.Save(folder, adapter, Base?.Path, overwrite, WriteSettings);
        }
    }

    // A folder with these settings answers as the policy does.
    private void WriteSettings(string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, PolicySettingsFile.Name), PolicySettingsFile.Write(Settings));
        File.WriteAllBytes(Path.Combine(folder, ProvenanceFile.Name), ProvenanceFile.Write(HashedProvenance()));
    }

    /// <summary>The provenance with the hash of the base's weights, taken now where it was not needed before.</summary>
    internal ModelProvenance HashedProvenance()
    {
        if (Provenance.Base is { Sha256: null } unhashed && BaseFolder is { } folder && Directory.Exists(folder))
            Provenance = Provenance with { Base = unhashed with { Sha256 = BaseFiles.Describe(folder).Sha256 } };
        return Provenance;
    }

    /// <summary>The answer that a completion of a row is read as.</summary>
    internal PathologyAnswer Read(PathologyRow row, GeneratedSequence sequence)
    {
        int damaged = sequence.LogProbabilities.Count(probability => !float.IsFinite(probability));
        if (damaged > 0)
        {
            throw new InvalidDataException(
                $"row '{row.Name}': the model's output is NaN or infinite at {damaged} of {sequence.TokenIds.Count} tokens; its weights "
                + "are damaged, or a training diverged.");
        }

        string text = Encoder.Text(sequence.TokenIds);
        AnswerReading reading = row.Scorer.ReadAnswer(text);
        string predicted = row.Question.Options.Count > 0 ? reading.Option : reading.Body;
        return new PathologyAnswer(text, reading.Reasoning, predicted, sequence.TokenIds.Count, sequence.Truncated);
    }

    // Read by the generator as it takes prompts in, so that the patches of few pictures exist at a time.
    private static IEnumerable<GenerationPrompt> Prompts(
        Qwen25VlModel model, IReadOnlyList<EncodedPrompt> prompts, IReadOnlyList<long>? rows)
    {
        for (int index = 0; index < prompts.Count; index++)
        {
            EncodedPrompt prompt = prompts[index];
            yield return new GenerationPrompt(prompt.TokenIds)
            {
                Grids = [.. prompt.Images.Select(image => image.Grid)],
                ImageFeatures = model.EncodeImages(prompt.Images),
                OwnsImageFeatures = true,
                Row = rows?[index],
            };
        }
    }
}
