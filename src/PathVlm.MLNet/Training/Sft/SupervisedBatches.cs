using PathVlm.MLNet.Training.Loop;

namespace PathVlm.MLNet.Training.Sft;

/// <summary>
/// Which examples a step takes: epochs in their order, cut into micro-batches and windows. The last micro-batch of an epoch may be
/// smaller and its last window shorter, as in transformers' loop. A function of the step alone.
/// </summary>
internal sealed class SupervisedBatches
{
    private readonly int _count;
    private readonly int _batchSize;
    private readonly int _accumulation;
    private readonly long _microBatches;
    private readonly ExampleOrder _order;

    /// <summary>Batches of <paramref name="count"/> examples.</summary>
    public SupervisedBatches(int count, PathologySftOptions options)
    {
        _count = count;
        _batchSize = options.BatchSize;
        _accumulation = options.GradientAccumulationSteps;
        _order = new ExampleOrder(count, options.Seed, options.Shuffle);
        _microBatches = (count + _batchSize - 1) / _batchSize;
        StepsPerEpoch = (_microBatches + _accumulation - 1) / _accumulation;
    }

    /// <summary>Optimizer steps of an epoch.</summary>
    public long StepsPerEpoch { get; }

    /// <summary>Micro-batches of a step, each with the indexes of its examples.</summary>
    public IReadOnlyList<int[]> Of(long step)
    {
        ReadOnlySpan<int> order = _order.Of(step / StepsPerEpoch);
        long first = step % StepsPerEpoch * _accumulation * _batchSize;
        List<int[]> microBatches = [];
        for (int i = 0; i < _accumulation && first < _count; i++, first += _batchSize)
            microBatches.Add(order[(int)first..(int)Math.Min(first + _batchSize, _count)].ToArray());
        return microBatches;
    }

    /// <summary>Epochs done after a number of steps, counted in micro-batches (<c>epoch</c>).</summary>
    public double EpochAfter(long steps) =>
        steps / StepsPerEpoch + steps % StepsPerEpoch * _accumulation / (double)_microBatches;
}
