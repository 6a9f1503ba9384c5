namespace PathVlm.MLNet.Chat;

/// <summary>Lets at most so much of something happen in any minute; the rest waits its turn.</summary>
internal sealed class MinuteWindow(long limit, TimeProvider time)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly Queue<(DateTimeOffset At, long Amount)> _spent = new();
    private readonly Lock _gate = new();
    private long _total;

    /// <summary>Waits until the last minute's sum is below the limit, then adds an amount.</summary>
    public async Task TakeAsync(long amount, CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan wait;
            lock (_gate)
            {
                DateTimeOffset now = time.GetUtcNow();
                while (_spent.TryPeek(out (DateTimeOffset At, long Amount) oldest) && now - oldest.At >= Minute)
                    _total -= _spent.Dequeue().Amount;
                if (_total < limit)
                {
                    Record(now, amount);
                    return;
                }

                wait = Minute - (now - _spent.Peek().At);
            }

            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Adds what became known only afterwards.</summary>
    public void Add(long amount)
    {
        lock (_gate) Record(time.GetUtcNow(), amount);
    }

    private void Record(DateTimeOffset at, long amount)
    {
        if (amount == 0) return;
        _spent.Enqueue((at, amount));
        _total += amount;
    }
}
