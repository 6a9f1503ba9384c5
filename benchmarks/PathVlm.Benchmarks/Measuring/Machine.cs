using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Benchmarks.Measuring;

/// <summary>
/// What this machine can do at most: its float32 matrix-product rate and the rate at which its threads read memory. Both are measured in
/// the run whose results they scale, again and again between the repeats, because other work on the machine moves them.
/// </summary>
internal sealed class Machine(int side)
{
    private readonly List<double> _products = [];
    private readonly List<double> _readings = [];

    /// <summary>Multiply-add operations, counted as two, a second: the median of all probes so far.</summary>
    public double ProductRate => _products.Count == 0 ? Probe() : Sample.MedianOf(_products);

    /// <summary>Bytes a second that all threads read together: the median of all probes so far.</summary>
    public double ReadBandwidth => _readings.Count == 0 ? ProbeReading() : Sample.MedianOf(_readings);

    /// <summary>Smallest and largest rate probed.</summary>
    public (double Least, double Most) ProductRates => (_products.Min(), _products.Max());

    /// <summary>Measures the matrix-product rate once more and returns it.</summary>
    public double Probe()
    {
        using IDisposable none = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor left = ones(side, side), right = ones(side, side), result = empty(side, side);
        if (_products.Count == 0) mm(left, right, result);
        double start = Clock.Now;
        mm(left, right, result);
        double rate = 2.0 * side * side * side / (Clock.Now - start);
        _products.Add(rate);
        return rate;
    }

    /// <summary>Measures the rate of reading once more and returns it.</summary>
    public double ProbeReading()
    {
        _readings.Add(MemoryReader.Measure(get_num_threads()));
        return _readings[^1];
    }

    private static void mm(Tensor left, Tensor right, Tensor result) => result.addmm_(left, right, 0, 1);
}
