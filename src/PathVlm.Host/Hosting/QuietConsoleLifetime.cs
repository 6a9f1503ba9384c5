using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace PathVlm.Host.Hosting;

/// <summary>Ctrl+C and SIGTERM stop the application after the step under way, a second one at once; nothing is printed about it.</summary>
internal sealed class QuietConsoleLifetime(IHostApplicationLifetime application) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (PosixSignal signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT })
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = !application.ApplicationStopping.IsCancellationRequested;
                application.StopApplication();
            }));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());
}
