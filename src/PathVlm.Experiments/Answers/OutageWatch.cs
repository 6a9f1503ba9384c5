using System.Globalization;
using PathVlm.Experiments.Progress;

namespace PathVlm.Experiments.Answers;

/// <summary>
/// Ends a run whose external model does not answer: more than 5% of the last 200 rows (20 asked or more) failed for a transient cause.
/// Otherwise an outage would become a finished evaluation.
/// </summary>
/// <param name="name">The model's name.</param>
internal sealed class OutageWatch(string name)
{
    private const int Window = 200, MinimumRows = 20;
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
            if (_recent.Count < MinimumRows || failed <= MaxRate * _recent.Count) return;
            string causes = UnansweredRows.CausesInWords(_recent.Where(one => one.IsOutage));
            string found = string.Create(
                CultureInfo.InvariantCulture, $"{failed} of the last {_recent.Count} rows ({causes}), more than {100 * MaxRate:0}%");
            throw new RunStoppedException(
                $"the external model [{name}] did not answer {found}; "
                + "its answers so far are kept: continue with --resume when it is available");
        }
    }
}
