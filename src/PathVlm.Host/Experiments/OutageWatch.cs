using System.Globalization;

namespace PathVlm.Host.Experiments;

/// <summary>
/// Ends a run whose external model is away: more than 5% of the last 200 rows failed for a cause that passes, 20 asked or more. An outage
/// would else become a finished evaluation.
/// </summary>
/// <param name="name">The model's name.</param>
internal sealed class OutageWatch(string name)
{
    private const int Window = 200, Least = 20;
    private const double MaxRate = 0.05;
    private readonly Lock _gate = new();
    private readonly Queue<GivenAnswer> _recent = new();

    /// <summary>Counts an answer; safe for concurrent use.</summary>
    /// <exception cref="RunStoppedException">Too many are missing.</exception>
    internal void Count(GivenAnswer answer)
    {
        lock (_gate)
        {
            _recent.Enqueue(answer);
            if (_recent.Count > Window) _recent.Dequeue();
            int failed = _recent.Count(one => one.IsOutage);
            if (_recent.Count < Least || failed <= MaxRate * _recent.Count) return;
            string causes = string.Join(", ", _recent.Where(one => one.IsOutage).CountBy(one => one.Failure!).Select(cause => $"{cause.Key} {cause.Value}"));
            throw new RunStoppedException(string.Create(CultureInfo.InvariantCulture,
                $"the external model [{name}] did not answer {failed} of the last {_recent.Count} rows ({causes}), more than {100 * MaxRate:0}%; what it answered is kept: go on with --resume once it is up"));
        }
    }
}
