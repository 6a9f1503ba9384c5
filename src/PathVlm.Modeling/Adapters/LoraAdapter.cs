using PathVlm.Modeling.Configuration;
using PathVlm.Modeling.Layers;
using PathVlm.Modeling.Parameters;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Adapters;

/// <summary>
/// A LoRA adapter of a model: all A's and B's in one flat float32 buffer, gradients in another while it is trained. The A's of a fused
/// layer (q, k and v; gate and up) lie stacked, so that one product serves them. A model whose weights are not float32 computes with a copy
/// in its own type, which <see cref="ValuesChanged"/> brings up to date. Owned by the model that it was given to.
/// </summary>
internal sealed class LoraAdapter : ITrainableParameters, IDisposable
{
    private const long Alignment = 16;
    private readonly ModelConfiguration _configuration;
    private readonly LoraOptions _options;
    private readonly IReadOnlyList<LoraTarget> _targets;
    private readonly LowRankBuffers _buffers;
    private readonly Dictionary<string, LowRank> _layers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _published = new(StringComparer.Ordinal);
    private readonly List<(LoraTarget Target, Tensor Down, Tensor Up)> _pairs = [];

    internal LoraAdapter(
        ModelConfiguration configuration, LoraOptions options, IReadOnlyList<LoraTarget> targets, ScalarType type, Device device)
    {
        _configuration = configuration;
        _options = options.Copy();
        _targets = targets;
        List<(string Block, LoraTarget[] Targets, long DownStart)> blocks = [];
        long next = 0;
        foreach (IGrouping<string, LoraTarget> block in targets.GroupBy(target => target.Block!, StringComparer.Ordinal))
        {
            LoraTarget[] inside = [.. block];
            blocks.Add((block.Key, inside, next));
            next += Aligned(inside.Length * options.Rank * inside[0].Inputs) + inside.Sum(target => Aligned(target.Outputs * options.Rank));
        }

        Count = next;
        _buffers = new LowRankBuffers(next, type, device);
        foreach ((string block, LoraTarget[] inside, long start) in blocks) AddLayer(block, inside, start);
    }

    /// <summary>Length of the flat buffer, with the zeros that align its parts.</summary>
    public long Count { get; }

    /// <summary>Number of values of all A's and B's.</summary>
    public long ParameterCount => _targets.Sum(target => _options.Rank * (target.Inputs + target.Outputs));

    /// <summary>Rank, scale and targets; a copy.</summary>
    public LoraOptions Options => _options.Copy();

    /// <summary>
    /// Published flat key, such as <c>model.layers.0.self_attn.q_proj.lora_A.weight</c> -> view of <see cref="Values"/>, [rank, in] for A
    /// and [out, rank] for B; owned by the adapter.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Published => _published;

    /// <summary>The flat buffer [<see cref="Count"/>], float32 (float64 where the model is).</summary>
    public Tensor Values => _buffers.Values;

    /// <inheritdoc/>
    public Tensor Gradients =>
        _buffers.Gradients ?? throw new InvalidOperationException("The adapter is not being trained: call Train first.");

    /// <summary>Whether <see cref="Train"/> was called.</summary>
    public bool IsTraining => _buffers.Gradients is not null;

    /// <inheritdoc/>
    public ParameterRange Trainable => IsTraining ? new ParameterRange(0, Count) : default;

    /// <summary>All of it while it is trained.</summary>
    public IReadOnlyList<ParameterRange> Decayed => IsTraining ? [new ParameterRange(0, Count)] : [];

    /// <summary>None.</summary>
    public IReadOnlyList<ParameterRange> NotDecayed => [];

    /// <summary>Type that the model computes with.</summary>
    public ScalarType Type => _buffers.Compute.dtype;

    /// <summary>Device of the values.</summary>
    public Device Device => Values.device;

    /// <summary>Low-rank terms by fused layer.</summary>
    internal IReadOnlyDictionary<string, LowRank> Layers => _layers;

    /// <summary>Each target with its A and B.</summary>
    internal IReadOnlyList<(LoraTarget Target, Tensor Down, Tensor Up)> Pairs => _pairs;

    /// <summary>
    /// A new adapter: A uniform in ±1/sqrt(inputs), a function of seed and layer; B zero, so that it changes nothing yet.
    /// </summary>
    /// <param name="configuration">Settings of the model.</param>
    /// <param name="options">Rank, scale, targets.</param>
    /// <param name="seed">Seed of A.</param>
    /// <param name="type">Type that the model computes with.</param>
    /// <param name="device">Device of the model; null is the CPU.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">The targets match no layer, or one on which adapters are not supported.</exception>
    public static LoraAdapter Create(
        ModelConfiguration configuration, LoraOptions options, long seed, ScalarType type = ScalarType.Float32, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        LoraAdapter adapter = new(configuration, options, LoraTargets.Choose(configuration, options), type, device ?? CPU);
        LoraInitialization.Fill(adapter, seed);
        return adapter;
    }

    /// <summary>A copy with values of its own, not being trained.</summary>
    /// <param name="type">Type that its model computes with; null: this one's.</param>
    /// <param name="device">Device; null: this one's.</param>
    public LoraAdapter Clone(ScalarType? type = null, Device? device = null)
    {
        LoraAdapter copy = new(_configuration, _options, _targets, type ?? Type, device ?? Device);
        copy.CopyFrom(this);
        return copy;
    }

    /// <summary>Takes over the values of an adapter with the same rank and targets.</summary>
    /// <exception cref="ArgumentException">Rank, scale or targets differ.</exception>
    public void CopyFrom(LoraAdapter other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (DifferenceFrom(other.Options, other._configuration) is string difference)
            throw new ArgumentException($"The other adapter differs: {difference}.", nameof(other));
        using IDisposable none = no_grad();
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Values.copy_(other.Values);
        ValuesChanged();
    }

    /// <summary>Makes the adapter trainable: allocates zero gradients.</summary>
    public void Train() => _buffers.Train();

    /// <summary>Ends training and frees the gradients.</summary>
    public void Freeze() => _buffers.Freeze();

    /// <inheritdoc/>
    public void ZeroGradients()
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Gradients.zero_();
    }

    /// <inheritdoc/>
    public void ValuesChanged() => _buffers.Refresh();

    /// <inheritdoc/>
    public void Dispose() => _buffers.Dispose();

    /// <summary>A weight with the adapter merged into it, as <see cref="LoraMerging"/> gives it.</summary>
    internal Tensor MergedInto(string key, Tensor weight) => LoraMerging.Merged(this, key, weight);

    /// <summary>Whether every B is zero, so that the model computes what it would without the adapter.</summary>
    internal bool ChangesNothing()
    {
        using IDisposable none = no_grad();
        foreach ((_, _, Tensor up) in _pairs)
        {
            using Tensor any = up.any();
            if (any.item<bool>()) return false;
        }

        return true;
    }

    /// <summary>How options differ from this adapter's in what a stage that continues it must keep; null where they do not.</summary>
    internal string? DifferenceFrom(LoraOptions options, ModelConfiguration configuration)
    {
        List<string> differences = [];
        if (options.Rank != _options.Rank) differences.Add($"rank {options.Rank}, this adapter has {_options.Rank}");
        if (Math.Abs(options.Scale - _options.Scale) > 1e-9 * _options.Scale)
            differences.Add(FormattableString.Invariant($"scale {options.Scale:0.######}, this adapter has {_options.Scale:0.######}"));
        string[] wanted = [.. LoraTargets.Choose(configuration, options).Select(target => target.Name)];
        string[] own = [.. _targets.Select(target => target.Name)];
        if (wanted.Except(own).FirstOrDefault() is string missing) differences.Add($"target {missing}, which this adapter lacks");
        else if (own.Except(wanted).FirstOrDefault() is string more) differences.Add($"no target {more}, which this adapter has");
        return differences.Count == 0 ? null : string.Join("; ", differences);
    }

    private static long Aligned(long count) => checked((count + Alignment - 1) / Alignment * Alignment);

    private void AddLayer(string block, LoraTarget[] targets, long start)
    {
        long rank = _options.Rank, inputs = targets[0].Inputs, up = start + Aligned(targets.Length * rank * inputs);
        List<LowRankPart> parts = [];
        for (int index = 0; index < targets.Length; index++)
        {
            LoraTarget target = targets[index];
            parts.Add(new LowRankPart(target.OutputStart, target.Outputs, rank, up));
            Tensor down = _buffers.View(Values, start + (index * rank * inputs), [rank, inputs]);
            Tensor upValues = _buffers.View(Values, up, [target.Outputs, rank]);
            _published.Add(target.Name + ".lora_A.weight", down);
            _published.Add(target.Name + ".lora_B.weight", upValues);
            _pairs.Add((target, down, upValues));
            up += Aligned(target.Outputs * rank);
        }

        _layers.Add(block, new LowRank(_buffers, start, inputs, parts, _options.Scale));
    }
}
