using System.Globalization;

namespace PathVlm.Benchmarks.Measuring;

/// <summary>Splits steps into phases: each mark ends a phase that began at the mark before.</summary>
internal sealed class PhaseClock
{
    private readonly List<string> _order = [];
    private readonly Dictionary<string, List<double>> _seconds = [];
    private double _last = Clock.Now;

    /// <summary>A phase begins that belongs to nothing marked so far.</summary>
    public void Restart() => _last = Clock.Now;

    /// <summary>The named phase ends.</summary>
    public void Mark(string phase)
    {
        double now = Clock.Now;
        if (!_seconds.TryGetValue(phase, out List<double>? list))
        {
            _order.Add(phase);
            _seconds.Add(phase, list = []);
        }
        list.Add(now - _last);
        _last = now;
    }

    /// <summary>Seconds of whole steps, without the first <paramref name="skipped"/>.</summary>
    public IReadOnlyList<double> Steps(int skipped) =>
        [.. Enumerable.Range(skipped, _seconds[_order[0]].Count - skipped).Select(step => _order.Sum(phase => _seconds[phase][step]))];

    /// <summary>Seconds of a phase, without the first <paramref name="skipped"/> steps.</summary>
    public IReadOnlyList<double> Of(string phase, int skipped) => [.. _seconds[phase].Skip(skipped)];

    /// <summary>Median of each phase without the first steps, for a note.</summary>
    public string Describe(int skipped) => string.Join(", ", _order.Select(phase => string.Create(
        CultureInfo.InvariantCulture, $"{phase} {Sample.MedianOf(_seconds[phase].Skip(skipped)):G3} s")));
}
