using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace PathVlm.Host.Hosting;

/// <summary>
/// Ctrl+C, SIGTERM and SIGHUP stop the application after the step under way, a second signal at once; nothing is printed about it.
/// </summary>
internal sealed class QuietConsoleLifetime(IHostApplicationLifetime application) : IHostLifetime, IDisposable
{
    private static readonly Dictionary<PosixSignal, int> Numbers = new()
    {
        [PosixSignal.SIGHUP] = 1,
        [PosixSignal.SIGINT] = 2,
        [PosixSignal.SIGQUIT] = 3,
        [PosixSignal.SIGTERM] = 15,
    };

    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _number;

    /// <summary>Number of the first signal; 0 where none came.</summary>
    internal int SignalNumber => Volatile.Read(ref _number);

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach ((PosixSignal signal, int number) in Numbers)
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                Interlocked.CompareExchange(ref _number, number, 0);
                context.Cancel = !application.ApplicationStopping.IsCancellationRequested;
                application.StopApplication();
            }));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());
}
