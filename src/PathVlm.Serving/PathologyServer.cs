using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.Modeling.Options;
using PathVlm.Serving.Endpoints;
using PathVlm.Serving.Limits;

namespace PathVlm.Serving;

/// <summary>
/// A model over HTTP, in OpenAI's chat-completions protocol: <c>/v1/chat/completions</c>, <c>/v1/models</c>, <c>/health</c>,
/// <c>/metrics</c>, and a page at <c>/</c>. Bodies, pictures, tokens, the queue and slow clients are bounded. For research, not for
/// diagnosis.
/// </summary>
public sealed class PathologyServer : IAsyncDisposable
{
    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];
    private static readonly MinDataRate SlowestClient = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));
    private readonly WebApplication _application;
    private readonly PathologyServerOptions _options;

    /// <summary>A server that does not listen yet.</summary>
    /// <param name="answerer">Answers; it stays the caller's, who disposes it after the server.</param>
    /// <param name="options">Address and bounds; copied. Null for the defaults.</param>
    /// <param name="key">The key that requests must bring; null for none.</param>
    /// <param name="loggers">Where one line a request is logged, without texts; null for nowhere.</param>
    /// <param name="time">The clock of time-outs; null for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; all that are, are named.</exception>
    /// <exception cref="ArgumentException">The address is not loopback and there is no key, or the key is blank.</exception>
    public PathologyServer(
        PathologyAnswerer answerer, PathologyServerOptions? options = null, string? key = null, ILoggerFactory? loggers = null,
        TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(answerer);
        _options = OptionRules.Validated((options ?? new PathologyServerOptions()).Copy());
        if (key is not null && string.IsNullOrWhiteSpace(key))
            throw new ArgumentException("key: expected a text, got a blank one", nameof(key));
        IPAddress address = IPAddress.Parse(_options.Address);
        if (key is null && !IPAddress.IsLoopback(address))
            throw new ArgumentException(
                $"key: expected one where others can reach the address [{_options.Address}], got none "
                    + $"(set {PathologyServerOptions.KeyVariable})", nameof(key));
        _application = Build(address, loggers);
        Map(answerer, new KeyCheck(key), time ?? TimeProvider.System);
    }

    /// <summary>The address that the server listens on, once it was started.</summary>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    public Uri Address => _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses
        .Select(address => new Uri(address)).FirstOrDefault() ?? throw new InvalidOperationException("The server was not started.");

    /// <summary>Begins to listen.</summary>
    /// <param name="cancellation">Gives the start up.</param>
    /// <exception cref="IOException">The port is in use.</exception>
    public Task StartAsync(CancellationToken cancellation = default) => _application.StartAsync(cancellation);

    /// <summary>Takes no more connections, and lets running requests end within <see cref="PathologyServerOptions.StopTime"/>.</summary>
    public Task StopAsync() => _application.StopAsync(CancellationToken.None);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private WebApplication Build(IPAddress address, ILoggerFactory? loggers)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        if (loggers is not null) builder.Services.AddSingleton(loggers);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = _options.StopTime);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // the body's reader counts, and says so in JSON
            kestrel.Limits.MaxConcurrentConnections = _options.MaxConnections;
            kestrel.Limits.MinRequestBodyDataRate = SlowestClient;
            kestrel.Limits.MinResponseDataRate = SlowestClient;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
            kestrel.Listen(address, _options.Port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        return builder.Build();
    }

    private void Map(PathologyAnswerer answerer, KeyCheck key, TimeProvider clock)
    {
        // A page elsewhere could name this machine under its own name (DNS rebinding): on loopback only loopback's names are answered.
        string[]? hosts = IPAddress.IsLoopback(IPAddress.Parse(_options.Address)) ? LoopbackNames : null;
        RequestGuard guard = new(_application.Logger, clock, hosts);
        BodyReader bodies = new(_options.MaxBodyBytes, _options.MaxBodiesBytes, _options.BodyTime, clock);
        ChatEndpoint chat = new(answerer, _options.ModelName, bodies, clock);
        ModelsEndpoint models = new(answerer, _options.ModelName, clock.GetUtcNow());
        StateEndpoints state = new(answerer, _application.Lifetime);
        PageEndpoint page = new();
        _application.Use(guard.RunAsync);
        _application.UseRouting();
        _application.MapPost("/v1/chat/completions", WithKey(key, chat.AnswerAsync));
        _application.MapGet("/v1/models", WithKey(key, models.ListAsync));
        _application.MapGet("/v1/models/{name}", WithKey(key, models.FindAsync));
        _application.MapGet("/metrics", WithKey(key, state.MetricsAsync));
        _application.MapGet("/health", state.HealthAsync);
        _application.MapGet("/", page.ShowAsync);
    }

    private static RequestDelegate WithKey(KeyCheck key, RequestDelegate answer) => context =>
    {
        key.Require(context);
        return answer(context);
    };
}
