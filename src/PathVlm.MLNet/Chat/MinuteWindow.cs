namespace PathVlm.MLNet.Chat;

/// <summary>Lets at most so much of something happen in any minute; the rest waits its turn.</summary>
internal sealed class MinuteWindow(long limit, TimeProvider time)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly Queue<(DateTimeOffset At, long Amount)> spent = new();
    private readonly Lock gate = new();
    private long total;

    /// <summary>Waits until the last minute's sum is below the limit, then adds an amount.</summary>
    public async Task TakeAsync(long amount, CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan wait;
            lock (gate)
            {
                DateTimeOffset now = time.GetUtcNow();
                while (spent.TryPeek(out (DateTimeOffset At, long Amount) oldest) && now - oldest.At >= Minute) total -= spent.Dequeue().Amount;
                if (total < limit)
                {
                    Record(now, amount);
                    return;
                }

                wait = Minute - (now - spent.Peek().At);
            }

            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Adds what became known only afterwards.</summary>
    public void Add(long amount)
    {
        lock (gate) Record(time.GetUtcNow(), amount);
    }

    private void Record(DateTimeOffset at, long amount)
    {
        if (amount == 0) return;
        spent.Enqueue((at, amount));
        total += amount;
    }
}
