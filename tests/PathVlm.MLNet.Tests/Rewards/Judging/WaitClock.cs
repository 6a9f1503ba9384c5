using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

/// <summary>A clock that stands still but for the waits between requests, each of which it goes on by exactly.</summary>
/// <param name="start">The time it shows first.</param>
/// <param name="requestTime">The time-out of a request, which is no wait between two.</param>
internal sealed class WaitClock(DateTimeOffset start, TimeSpan requestTime) : FakeTimeProvider(start)
{
    private readonly ConcurrentQueue<TimeSpan> _waits = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime != requestTime) _waits.Enqueue(dueTime);
        return timer;
    }

    /// <summary>Lets the waits of some work pass until it ends.</summary>
    public async Task WaitOutAsync(Task work)
    {
        while (!work.IsCompleted)
            if (_waits.TryDequeue(out TimeSpan wait)) Advance(wait);
            else await Task.WhenAny(work, Task.Delay(5));
    }
}
