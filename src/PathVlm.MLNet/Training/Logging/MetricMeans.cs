namespace PathVlm.MLNet.Training.Logging;

/// <summary>Means of metrics over the micro-batches and steps of a log line; NaN numbers are left out of a mean.</summary>
internal sealed class MetricMeans
{
    private readonly Dictionary<string, (double Sum, int Count)> _sums = [];
    private readonly List<string> _order = [];

    /// <summary>Adds one number.</summary>
    public void Add(string name, double value)
    {
        if (!_sums.TryGetValue(name, out (double Sum, int Count) entry)) _order.Add(name);
        _sums[name] = double.IsNaN(value) ? entry : (entry.Sum + value, entry.Count + 1);
    }

    /// <summary>Adds several numbers.</summary>
    public void Add(IEnumerable<KeyValuePair<string, double>> metrics)
    {
        foreach ((string name, double value) in metrics) Add(name, value);
    }

    /// <summary>What was added so far, in the order of first adding; set where a run goes on.</summary>
    public IReadOnlyList<MetricSum> Sums
    {
        get => [.. _order.Select(name => new MetricSum(name, _sums[name].Sum, _sums[name].Count))];
        set
        {
            _order.Clear();
            _sums.Clear();
            foreach (MetricSum sum in value)
            {
                _order.Add(sum.Name);
                _sums.Add(sum.Name, (sum.Sum, sum.Count));
            }
        }
    }

    /// <summary>Writes the means into a log line, in the order of first adding, and starts over.</summary>
    public void MoveTo(Dictionary<string, double> line)
    {
        foreach (string name in _order) line[name] = _sums[name].Count == 0 ? double.NaN : _sums[name].Sum / _sums[name].Count;
        _sums.Clear();
        _order.Clear();
    }
}
