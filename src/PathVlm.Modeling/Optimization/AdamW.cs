using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Modeling.Optimization;

/// <summary>
/// AdamW (arXiv 1711.05101) on flat float32 buffers, torch.optim.AdamW's numbers: w -= lr wd w; m, v the moments;
/// w -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps). One call a range where libtorch's fused kernel can be reached, plain
/// operations otherwise. Holds the moments; does not own the parameters.
/// </summary>
public sealed class AdamW : IDisposable
{
    private readonly IReadOnlyList<OptimizedRange> _ranges;
    private readonly AdamWSettings _settings;
    private readonly IAdamWKernel _kernel;
    private readonly Tensor[] _firstMoments;
    private readonly Tensor[] _secondMoments;

    /// <summary>An optimizer with zero moments.</summary>
    /// <param name="ranges">What it updates; views that stay valid while it lives.</param>
    /// <param name="settings">Its constants.</param>
    public AdamW(IReadOnlyList<OptimizedRange> ranges, AdamWSettings settings) : this(ranges, settings, AdamWKernels.Best)
    {
    }

    internal AdamW(IReadOnlyList<OptimizedRange> ranges, AdamWSettings settings, IAdamWKernel kernel)
    {
        _ranges = ranges;
        _settings = settings;
        _kernel = kernel;
        _firstMoments = [.. ranges.Select(range => zeros_like(range.Values, requires_grad: false).DetachFromDisposeScope())];
        _secondMoments = [.. ranges.Select(range => zeros_like(range.Values, requires_grad: false).DetachFromDisposeScope())];
    }

    /// <summary>Updates made so far; the bias corrections depend on it.</summary>
    public long UpdateCount { get; private set; }

    /// <summary>First moments, one tensor a range; owned by the optimizer.</summary>
    public IReadOnlyList<Tensor> FirstMoments => _firstMoments;

    /// <summary>Second moments, one tensor a range; owned by the optimizer.</summary>
    public IReadOnlyList<Tensor> SecondMoments => _secondMoments;

    /// <summary>Updates every range from its gradient; gradients are left as they are.</summary>
    /// <param name="learningRate">The rate of this step.</param>
    public void Step(double learningRate)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        UpdateCount++;
        for (int i = 0; i < _ranges.Count; i++)
        {
            AdamWSettings settings = _ranges[i].Decayed ? _settings : _settings with { WeightDecay = 0 };
            _kernel.Update(_ranges[i].Values, _ranges[i].Gradient, _firstMoments[i], _secondMoments[i], UpdateCount, learningRate, settings);
        }
    }

    /// <summary>Takes over a state that an earlier run wrote.</summary>
    /// <param name="updateCount">Its updates.</param>
    /// <param name="firstMoments">Its first moments, one tensor a range, copied.</param>
    /// <param name="secondMoments">Its second moments, one tensor a range, copied.</param>
    public void Restore(long updateCount, IReadOnlyList<Tensor> firstMoments, IReadOnlyList<Tensor> secondMoments)
    {
        ArgumentNullException.ThrowIfNull(firstMoments);
        ArgumentNullException.ThrowIfNull(secondMoments);
        using DisposeScope scope = NewDisposeScope();
        UpdateCount = updateCount;
        for (int i = 0; i < _ranges.Count; i++)
        {
            _firstMoments[i].copy_(firstMoments[i]);
            _secondMoments[i].copy_(secondMoments[i]);
        }
    }

    /// <summary>Frees the moments.</summary>
    public void Dispose()
    {
        foreach (Tensor moment in _firstMoments) moment.Dispose();
        foreach (Tensor moment in _secondMoments) moment.Dispose();
    }
}
