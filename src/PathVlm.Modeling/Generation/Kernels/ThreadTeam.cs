using System.Runtime.CompilerServices;

namespace PathVlm.Modeling.Generation.Kernels;

/// <summary>
/// Threads that run one body together and meet at barriers inside it. A decode step has dozens of phases of some ten
/// microseconds: handing each to a pool would cost as much as the phase, so the threads spin between phases, and sleep only
/// when no step follows.
/// </summary>
internal sealed class ThreadTeam : IDisposable
{
    private const int SpinsBeforeYield = 2_000;
    private const int SpinsBeforeSleep = 5_000;
    private const int PaddedLong = 16; // A cache line pair, so that counters do not share one.

    private readonly Thread[] _workers;
    private readonly SemaphoreSlim _wake = new(0);
    private long[] _taken = new long[64 * PaddedLong];
    private Action<int>? _body;
    private Exception? _fault;
    private int _active;
    private int _sleeping;
    private int _running;
    private int _arrived;
    private volatile int _round;
    private volatile int _barrier;
    private volatile bool _disposed;

    /// <summary>Starts a team; the caller of <see cref="Run"/> is its member 0.</summary>
    /// <param name="count">Members; 1 or more.</param>
    public ThreadTeam(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
        _workers = new Thread[count - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            int member = i + 1;
            _workers[i] = new Thread(() => Serve(member)) { IsBackground = true, Name = $"decode {member}" };
            _workers[i].Start();
        }
    }

    /// <summary>Members, the caller included.</summary>
    public int Count { get; }

    /// <summary>Runs the body once on every member, or on the caller alone, and returns when all are through.</summary>
    /// <param name="phases">How many phases of work the body has.</param>
    /// <param name="alone">Whether the work is too small to be worth a meeting.</param>
    /// <param name="body">Gets the member's number.</param>
    /// <exception cref="InvalidOperationException">The body threw on one of them.</exception>
    public void Run(int phases, bool alone, Action<int> body)
    {
        if (_taken.Length < phases * PaddedLong)
            _taken = new long[phases * PaddedLong];
        Array.Clear(_taken);
        _active = alone ? 1 : Count;
        if (_active == 1)
        {
            body(0);
            return;
        }

        _body = body;
        _running = _workers.Length;
        _round++;
        // Without a full fence the processor may read the sleepers before the new round is seen: a worker then sleeps through it for ever.
        Interlocked.MemoryBarrier();
        int asleep = Volatile.Read(ref _sleeping);
        if (asleep > 0)
            _wake.Release(asleep);
        Guard(0, body);
        SpinUntilDone();
        if (_fault is { } fault)
        {
            _fault = null;
            _arrived = 0;
            throw new InvalidOperationException("A decode kernel failed.", fault);
        }
    }

    /// <summary>Takes the next run of a phase's items, whoever is free first.</summary>
    /// <param name="phase">Number of the phase, from 0.</param>
    /// <param name="count">Items of the phase.</param>
    /// <param name="chunk">Items taken at a time.</param>
    /// <param name="start">First item taken.</param>
    /// <param name="end">Item after the last taken.</param>
    public bool Take(int phase, int count, int chunk, out int start, out int end)
    {
        start = (int)Interlocked.Add(ref _taken[phase * PaddedLong], chunk) - chunk;
        end = Math.Min(start + chunk, count);
        return start < count;
    }

    /// <summary>Waits until every member has come here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Meet()
    {
        if (_active == 1)
            return;
        int round = _barrier;
        if (Interlocked.Increment(ref _arrived) == _active)
        {
            _arrived = 0;
            _barrier = round + 1;
            return;
        }

        for (int spins = 0; _barrier == round; spins++)
        {
            if (_fault is not null)
                throw new OperationCanceledException("Another member of the team failed.");
            Pause(spins);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _wake.Release(Count);
        foreach (Thread worker in _workers)
            worker.Join();
        _wake.Dispose();
    }

    private static void Pause(int spins)
    {
        if (spins < SpinsBeforeYield)
            Thread.SpinWait(8);
        else
            Thread.Yield();
    }

    private void Serve(int member)
    {
        int served = 0;
        while (true)
        {
            for (int spins = 0; _round == served && !_disposed && spins < SpinsBeforeSleep; spins++)
                Pause(spins);
            while (_round == served && !_disposed)
                Sleep(served);
            if (_disposed)
                return;
            served++;
            Guard(member, _body!);
            Interlocked.Decrement(ref _running);
        }
    }

    // The count goes up before the round is looked at again, so a round that starts meanwhile wakes this thread.
    private void Sleep(int served)
    {
        Interlocked.Increment(ref _sleeping);
        if (_round == served && !_disposed)
            _wake.Wait();
        Interlocked.Decrement(ref _sleeping);
    }

    private void Guard(int member, Action<int> body)
    {
        try
        {
            body(member);
        }
        catch (Exception fault)
        {
            Interlocked.CompareExchange(ref _fault, fault, null);
        }
    }

    private void SpinUntilDone()
    {
        for (int spins = 0; Volatile.Read(ref _running) > 0; spins++)
            Pause(spins);
    }
}
