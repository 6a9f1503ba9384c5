using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.MLNet.Training.Loop;

/// <summary>The order of the examples in an epoch: a function of seed and epoch alone (Fisher-Yates over counted draws).</summary>
internal sealed class ExampleOrder(int count, long seed, bool shuffle)
{
    private const long Stream = -1;
    private int[] _order = [];
    private long _epoch = -1;

    /// <summary>Indexes of all examples in the order of an epoch.</summary>
    public ReadOnlySpan<int> Of(long epoch)
    {
        if (epoch == _epoch) return _order;
        _order = [.. Enumerable.Range(0, count)];
        _epoch = epoch;
        if (shuffle) Shuffle(_order, new DrawCoordinates(seed, epoch, Stream, 0));
        return _order;
    }

    /// <summary>Shuffles in place with the draws of a place in the run.</summary>
    public static void Shuffle(Span<int> items, DrawCoordinates draws)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int other = (int)(draws.Uniform(i) * (i + 1));
            (items[i], items[other]) = (items[other], items[i]);
        }
    }
}
