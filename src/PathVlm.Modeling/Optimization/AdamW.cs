using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Optimization;

/// <summary>
/// AdamW (arXiv 1711.05101) on flat float32 buffers, torch.optim.AdamW's numbers: w -= lr wd w; m, v the moments;
/// w -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps). One call per range where libtorch's fused kernel can be reached, plain
/// operations otherwise. Holds the moments; does not own the parameters.
/// </summary>
internal sealed class AdamW : IDisposable
{
    private readonly IReadOnlyList<OptimizedRange> _ranges;
    private readonly AdamWSettings _settings;
    private readonly IAdamWKernel _kernel;
    private readonly Tensor[] _firstMoments;
    private readonly Tensor[] _secondMoments;
    private long _updateCount;

    /// <summary>An optimizer with zero moments.</summary>
    /// <param name="ranges">The ranges that it updates; they stay the caller's and must not be disposed before the optimizer.</param>
    /// <param name="settings">Its constants.</param>
    public AdamW(IReadOnlyList<OptimizedRange> ranges, AdamWSettings settings) : this(ranges, settings, AdamWKernels.Best)
    {
    }

    internal AdamW(IReadOnlyList<OptimizedRange> ranges, AdamWSettings settings, IAdamWKernel kernel)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        ArgumentNullException.ThrowIfNull(settings);
        _ranges = ranges;
        _settings = settings;
        _kernel = kernel;
        _firstMoments = [.. ranges.Select(range => zeros_like(range.Values, requires_grad: false).DetachFromDisposeScope())];
        _secondMoments = [.. ranges.Select(range => zeros_like(range.Values, requires_grad: false).DetachFromDisposeScope())];
    }

    /// <summary>Updates made so far, t of the formula; set where a run goes on.</summary>
    public long UpdateCount
    {
        get => _updateCount;
        set => _updateCount = value;
    }

    /// <summary>First and second moments of each range, [range] float32 on its device; they stay the optimizer's.</summary>
    public IEnumerable<(Tensor First, Tensor Second)> Moments => _firstMoments.Zip(_secondMoments);

    /// <summary>Updates every range from its gradient; gradients are left as they are.</summary>
    /// <param name="learningRate">The rate of this step.</param>
    public void Step(double learningRate)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _updateCount++;
        for (int i = 0; i < _ranges.Count; i++)
        {
            AdamWSettings settings = _ranges[i].Decayed ? _settings : _settings with { WeightDecay = 0 };
            _kernel.Update(
                _ranges[i].Values, _ranges[i].Gradient, _firstMoments[i], _secondMoments[i], _updateCount, learningRate, settings);
        }
    }

    /// <summary>Frees the moments.</summary>
    public void Dispose()
    {
        foreach (Tensor moment in _firstMoments) moment.Dispose();
        foreach (Tensor moment in _secondMoments) moment.Dispose();
    }
}
