using PathVlm.MLNet.Judging.Records;

namespace PathVlm.MLNet.Judging.Panel;

/// <summary>
/// Which reviews a panel's memory answers, for checkpoints, and, where a run goes on from one, what was asked for before and what was
/// paid for after it. Safe for concurrent use.
/// </summary>
internal sealed class PanelMemory
{
    private readonly Lock _gate = new();
    private readonly List<string> _keys = [];
    private readonly HashSet<string> _known = [];
    private readonly HashSet<string> _recalled = [];
    private readonly Dictionary<string, Queue<ReviewRecordLine>> _paid = [];

    /// <summary>Keys added so far.</summary>
    public int Count
    {
        get { lock (_gate) return _keys.Count; }
    }

    /// <summary>The first keys that were added.</summary>
    public IReadOnlyList<string> Keys(int count)
    {
        lock (_gate) return [.. _keys.Take(count)];
    }

    /// <summary>Adds a review that memory answers from now on.</summary>
    public void Add(string key)
    {
        lock (_gate)
            if (_known.Add(key)) _keys.Add(key);
    }

    /// <summary>Whether memory answered a review before the run was stopped.</summary>
    public bool Recalls(string key)
    {
        lock (_gate) return _recalled.Contains(key);
    }

    /// <summary>Answers this review no more.</summary>
    public void Forget(string key)
    {
        lock (_gate) _recalled.Remove(key);
    }

    /// <summary>A reply that was recorded after the checkpoint; null where there is none. Each is given once.</summary>
    public ReviewRecordLine? TakePaid(string key)
    {
        lock (_gate)
            return _paid.TryGetValue(key, out Queue<ReviewRecordLine>? lines) && lines.TryDequeue(out ReviewRecordLine? line) ? line : null;
    }

    /// <summary>Goes on from a checkpoint.</summary>
    /// <param name="known">Keys that memory answered.</param>
    /// <param name="paid">What was recorded after it.</param>
    public void Restore(IReadOnlyList<string> known, IEnumerable<ReviewRecordLine> paid)
    {
        lock (_gate)
        {
            foreach (string key in known)
            {
                if (_known.Add(key)) _keys.Add(key);
                _recalled.Add(key);
            }

            foreach (ReviewRecordLine line in paid)
            {
                if (!_paid.TryGetValue(line.Key, out Queue<ReviewRecordLine>? lines)) _paid.Add(line.Key, lines = new());
                lines.Enqueue(line);
            }
        }
    }
}
