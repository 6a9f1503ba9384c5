using PathVlm.Benchmarks.Measuring;

namespace PathVlm.Benchmarks.Input;

/// <summary>Looks at the process's anonymous memory every few milliseconds and keeps the largest size.</summary>
internal sealed class AnonymousPeak : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(5);
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;
    private long _most;

    public AnonymousPeak()
    {
        _thread = new Thread(() =>
        {
            do _most = Math.Max(_most, ProcessMemory.AnonymousBytes);
            while (!_stop.Wait(Every));
        });
        _thread.Start();
    }

    /// <summary>Ends watching; the largest size seen, bytes.</summary>
    public long Stop()
    {
        _stop.Set();
        _thread.Join();
        return Math.Max(_most, ProcessMemory.AnonymousBytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        _stop.Dispose();
    }
}
