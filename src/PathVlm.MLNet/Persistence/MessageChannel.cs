using Microsoft.ML.Runtime;

namespace PathVlm.MLNet.Persistence;

/// <summary>Messages of a component through ML.NET's log (<c>MLContext.Log</c>).</summary>
internal sealed class MessageChannel(IHostEnvironment environment, string component) : IDisposable
{
    private readonly IChannel _channel = environment.Register(component).Start(component);

    /// <summary>Right, and worth knowing.</summary>
    public void Info(string message) => _channel.Info("{0}", message);

    /// <summary>It works, but is likely not what was meant; the message holds the remedy.</summary>
    public void Warning(string message) => _channel.Warning("{0}", message);

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();
}
