using PathVlm.Modeling.Optimization;
using PathVlm.Modeling.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.MLNet.Training.Loop;

/// <summary>What became of an optimizer step.</summary>
/// <param name="GradientNorm">Global norm before clipping (<c>grad_norm</c>).</param>
/// <param name="Applied">False where loss or norm was not finite: no weight and no moment changed.</param>
internal readonly record struct UpdateOutcome(double GradientNorm, bool Applied);

/// <summary>
/// Clips and applies the gradients of a model's flat buffers. Weights that are not float32 are updated through a float32 copy, because
/// most updates at small learning rates round to nothing in 16 bits.
/// </summary>
internal sealed class PolicyUpdater : IDisposable
{
    private readonly ITrainableParameters _parameters;
    private readonly double _maxNorm;
    private readonly Tensor? _master;
    private readonly Tensor? _masterGradient;
    private readonly List<OptimizedRange> _ranges = [];
    private readonly Tensor[] _gradients;
    private readonly AdamW _optimizer;

    /// <summary>An updater of the parameters that are being trained already.</summary>
    public PolicyUpdater(ITrainableParameters parameters, AdamWSettings settings, double maxNorm)
    {
        _parameters = parameters;
        _maxNorm = maxNorm;
        if (parameters.Values.dtype != ScalarType.Float32)
        {
            using Tensor trained = parameters.Values.narrow(0, parameters.Trainable.Start, parameters.Trainable.Count);
            _master = trained.to(ScalarType.Float32).DetachFromDisposeScope();
            _masterGradient = zeros_like(_master).DetachFromDisposeScope();
        }
        AddRanges(parameters.Decayed, decayed: true);
        AddRanges(parameters.NotDecayed, decayed: false);
        _gradients = [.. _ranges.Select(range => range.Gradient)];
        _optimizer = new AdamW(_ranges, settings);
    }

    /// <summary>Sets all gradients to zero, before a step's first micro-batch.</summary>
    public void ZeroGradients()
    {
        using DisposeScope scope = NewDisposeScope();
        _parameters.ZeroGradients();
    }

    /// <summary>Applies the summed gradients of an optimizer step.</summary>
    /// <param name="learningRate">The step's rate.</param>
    /// <param name="loss">The step's loss; where it is not finite nothing is applied.</param>
    public UpdateOutcome Apply(double learningRate, double loss)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _masterGradient?.copy_(_parameters.Gradients);
        double norm = GradientClipping.Clip(_gradients, _maxNorm);
        if (!double.IsFinite(norm) || !double.IsFinite(loss)) return new UpdateOutcome(norm, Applied: false);
        _optimizer.Step(learningRate);
        if (_master is not null) _parameters.Values.narrow(0, _parameters.Trainable.Start, _parameters.Trainable.Count).copy_(_master);
        _parameters.ValuesChanged();
        return new UpdateOutcome(norm, Applied: true);
    }

    /// <summary>Updates that the optimizer has made; set where a run goes on.</summary>
    public long UpdateCount
    {
        get => _optimizer.UpdateCount;
        set => _optimizer.UpdateCount = value;
    }

    /// <summary>
    /// What an update reads and writes, by name: the trained weights, their float32 copy where there is one, the moments. The tensors are
    /// the live ones; the weights' is a view in the caller's dispose scope.
    /// </summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Tensors()
    {
        yield return new("weights", _parameters.Values.narrow(0, _parameters.Trainable.Start, _parameters.Trainable.Count));
        if (_master is not null) yield return new("master", _master);
        foreach ((int range, (Tensor first, Tensor second)) in _optimizer.Moments.Index())
        {
            yield return new($"moments.{range}.first", first);
            yield return new($"moments.{range}.second", second);
        }
    }

    /// <summary>Must be called after the tensors were written to.</summary>
    public void TensorsChanged() => _parameters.ValuesChanged();

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        foreach (OptimizedRange range in _ranges)
        {
            range.Values.Dispose();
            range.Gradient.Dispose();
        }
        _master?.Dispose();
        _masterGradient?.Dispose();
    }

    private void AddRanges(IReadOnlyList<ParameterRange> runs, bool decayed)
    {
        long first = _parameters.Trainable.Start;
        foreach (ParameterRange run in runs)
        {
            if (run.Count == 0) continue;
            Tensor values = _master is null
                ? _parameters.Values.narrow(0, run.Start, run.Count)
                : _master.narrow(0, run.Start - first, run.Count);
            Tensor gradient = (_masterGradient ?? _parameters.Gradients).narrow(0, run.Start - first, run.Count);
            _ranges.Add(new OptimizedRange(values.DetachFromDisposeScope(), gradient.DetachFromDisposeScope(), decayed));
        }
    }
}
