using PathVlm.Modeling.Checkpoints;
using PathVlm.Modeling.Checkpoints.Safetensors;
using PathVlm.Modeling.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Parameters;

/// <summary>
/// All parameters of a model in one flat buffer, and their gradients in another. Modules hold views; zeroing, clipping, weight decay
/// and an optimizer step are single calls on ranges of the two buffers.
/// </summary>
internal sealed class ParameterSet : ITrainableParameters, IDisposable
{
    private readonly ParameterLayout _layout;
    private readonly Dictionary<string, Tensor> _blocks = [];
    private readonly Dictionary<string, Tensor> _published = [];
    private readonly Dictionary<string, Tensor> _publishedGradients = [];
    private readonly List<Tensor> _gradientViews = [];
    private Tensor? _gradients;
    private int _owners = 1;

    internal ParameterSet(ModelConfiguration configuration, ScalarType type, Device device)
        : this(ParameterLayout.Of(configuration), length => empty(length, type, device))
    {
        if (device.type == DeviceType.CPU) HugePages.Advise(Values);
        using IDisposable none = no_grad();
        foreach (ParameterRange gap in _layout.Gaps)
        {
            using Tensor values = Values.narrow(0, gap.Start, gap.Count);
            values.zero_().Dispose();
        }
    }

    private ParameterSet(ParameterLayout layout, Func<long, Tensor> allocate)
    {
        _layout = layout;
        Values = allocate(layout.Count).DetachFromDisposeScope();
        foreach ((ParameterBlock block, long start) in layout.Blocks)
        {
            _blocks.Add(block.Name, ViewOf(Values, start, block.Shape));
            foreach ((TensorSpecification part, long offset) in PartsOf(block, start))
                _published.Add(part.Key, ViewOf(Values, offset, part.Shape));
        }
    }

    /// <summary>
    /// The flat buffer [<see cref="Count"/>] in the model's type and on its device: every parameter, with zeros in the gaps that align
    /// them.
    /// It belongs to this set.
    /// </summary>
    public Tensor Values { get; }

    /// <summary>Length of the flat buffer, gaps included.</summary>
    public long Count => _layout.Count;

    /// <summary>Number of parameters without the gaps; tied embeddings count once.</summary>
    public long ParameterCount => _layout.Blocks.Sum(entry => entry.Block.Count);

    /// <summary>
    /// Published key -> view of <see cref="Values"/> in the checkpoint's shape (<see cref="CheckpointTable"/>), with its type and on its
    /// device. The views belong to this set.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Published => _published;

    /// <summary>Published key -> view of the gradient; empty until <see cref="Train"/>, and without keys of frozen parts.</summary>
    internal IReadOnlyDictionary<string, Tensor> PublishedGradients => _publishedGradients;

    /// <summary>Whether <see cref="Train"/> was called.</summary>
    public bool IsTraining => _gradients is not null;

    /// <summary>The run of <see cref="Values"/> that is trained; empty until <see cref="Train"/>.</summary>
    public ParameterRange Trainable { get; private set; }

    /// <summary>
    /// Gradients of the trained run, [<see cref="Trainable"/>.Count], in the type and on the device of <see cref="Values"/>: index 0
    /// belongs
    /// to <see cref="Trainable"/>.Start. They belong to this set until <see cref="Freeze"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">Nothing is being trained.</exception>
    public Tensor Gradients => _gradients ?? throw new InvalidOperationException("The model is not being trained: call Train first.");

    /// <summary>Trained runs of <see cref="Values"/> that weight decay applies to.</summary>
    public IReadOnlyList<ParameterRange> Decayed { get; private set; } = [];

    /// <summary>Trained runs of <see cref="Values"/> that weight decay leaves out: biases, <c>*layernorm*</c> and <c>norm</c>.</summary>
    public IReadOnlyList<ParameterRange> NotDecayed { get; private set; } = [];

    /// <summary>Published keys, and whether weight decay applies to each.</summary>
    internal IReadOnlyDictionary<string, bool> DecayByKey =>
        _layout.Blocks.SelectMany(entry => entry.Block.Parts.Select(part => (part.Key, entry.Block.Decayed)))
            .ToDictionary(entry => entry.Key, entry => entry.Decayed);

    internal Tensor this[string block] => _blocks[block];

    /// <summary>
    /// Makes parameters trainable: allocates zero gradients and presets <c>grad</c> of every trained tensor to its view of them,
    /// so that backward adds in place. Called again with another choice, it starts over with zero gradients.
    /// </summary>
    /// <param name="visionFrozen">Whether the vision tower and merger stay as they are; the recipe's default is true.</param>
    public void Train(bool visionFrozen = true)
    {
        using DisposeScope scope = NewDisposeScope();
        Freeze();
        IReadOnlyList<ParameterRange> sections = _layout.Sections;
        long start = visionFrozen ? sections[2].Start : 0;
        Trainable = new ParameterRange(start, Count - start);
        Decayed = visionFrozen ? [sections[3]] : [sections[0], sections[3]];
        NotDecayed = visionFrozen ? [sections[2]] : [new(sections[1].Start, sections[1].Count + sections[2].Count)];
        _gradients = zeros(Trainable.Count, Values.dtype, Values.device).DetachFromDisposeScope();
        foreach ((ParameterBlock block, long offset) in _layout.Blocks.Where(entry => entry.Start >= start))
        {
            Tensor gradient = ViewOf(_gradients, offset - start, block.Shape);
            _gradientViews.Add(gradient);
            _blocks[block.Name].requires_grad_(true).grad = gradient;
            foreach ((TensorSpecification part, long place) in PartsOf(block, offset - start))
                _publishedGradients.Add(part.Key, ViewOf(_gradients, place, part.Shape));
        }
    }

    /// <summary>Ends training: no parameter asks for a gradient, and the gradient buffer is freed.</summary>
    public void Freeze()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (Tensor tensor in _blocks.Values.Where(tensor => tensor.requires_grad))
        {
            tensor.grad = null;
            tensor.requires_grad_(false);
        }

        foreach (Tensor view in _gradientViews.Concat(_publishedGradients.Values)) view.Dispose();
        _gradientViews.Clear();
        _publishedGradients.Clear();
        _gradients?.Dispose();
        _gradients = null;
        Trainable = default;
        Decayed = NotDecayed = [];
    }

    /// <summary>Sets every gradient to zero.</summary>
    public void ZeroGradients()
    {
        using DisposeScope scope = NewDisposeScope();
        Gradients.zero_();
    }

    /// <summary>Copies all values of a set with the same layout.</summary>
    /// <exception cref="ArgumentException">The other set has another length.</exception>
    public void CopyFrom(ParameterSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Count != Count)
            throw new ArgumentException($"Parameter count: expected {Count} (the same configuration), got {other.Count}.", nameof(other));
        using IDisposable none = no_grad();
        Values.copy_(other.Values);
    }

    /// <summary>Nothing: the values are computed with as they are.</summary>
    public void ValuesChanged()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Freeze();
        foreach (Tensor tensor in _blocks.Values.Concat(_published.Values)) tensor.Dispose();
        Values.Dispose();
    }

    /// <summary>Says that another model computes with these parameters.</summary>
    internal ParameterSet Retain()
    {
        Interlocked.Increment(ref _owners);
        return this;
    }

    /// <summary>Says that a model needs them no longer; the last one frees them.</summary>
    internal void Release()
    {
        if (Interlocked.Decrement(ref _owners) == 0) Dispose();
    }

    internal ParameterSet Clone(ScalarType type, Device device) =>
        new(_layout, _ =>
        {
            Tensor copy = Values.to(type, device, copy: true);
            return copy;
        });

    private static IEnumerable<(TensorSpecification Part, long Start)> PartsOf(ParameterBlock block, long start)
    {
        foreach (TensorSpecification part in block.Parts)
        {
            yield return (part, start);
            start += part.ElementCount;
        }
    }

    private static Tensor ViewOf(Tensor flat, long start, long[] shape)
    {
        using Tensor run = flat.narrow(0, start, shape.Aggregate(1L, (product, side) => product * side));
        return run.view(shape).DetachFromDisposeScope();
    }
}
