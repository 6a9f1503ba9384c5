using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

/// <summary>A real HTTP server on loopback that speaks the chat-completions API and answers from a script, one step a request.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script;

    private ScriptedServer(WebApplication application, ConcurrentQueue<Func<HttpContext, Task>> script)
    {
        _application = application;
        _script = script;
    }

    public ConcurrentQueue<JsonDocument> Bodies { get; } = new();

    public int RequestCount => Bodies.Count;

    public Uri Address => new(_application.Urls.First() + "/v1");

    public static async Task<ScriptedServer> StartAsync(params Func<HttpContext, Task>[] steps)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication application = builder.Build();
        ScriptedServer server = new(application, new ConcurrentQueue<Func<HttpContext, Task>>(steps));
        application.Run(server.AnswerAsync);
        await application.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource atOnce = new(TimeSpan.FromMilliseconds(50));
        await _application.StopAsync(atOnce.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _application.DisposeAsync();
        foreach (JsonDocument body in Bodies) body.Dispose();
    }

    public static Func<HttpContext, Task> Completion(string content, string finishReason = "stop", string? refusal = null) => context =>
        WriteAsync(context, 200, "application/json", JsonSerializer.Serialize(new
        {
            id = "chatcmpl-1",
            @object = "chat.completion",
            created = 1_760_000_000,
            model = "gpt-4o-2024-08-06",
            choices = new[] { new { index = 0, message = new { role = "assistant", content = refusal is null ? content : null, refusal },
                finish_reason = finishReason } },
            usage = new { prompt_tokens = 1000, completion_tokens = 200, total_tokens = 1200 },
        }));

    public static Func<HttpContext, Task> Status(int status, string body = "{}", params (string Name, string Value)[] headers) => context =>
    {
        foreach ((string name, string value) in headers) context.Response.Headers[name] = value;
        return WriteAsync(context, status, "application/json", body);
    };

    public static Func<HttpContext, Task> Body(string body, string contentType = "application/json") => context =>
        WriteAsync(context, 200, contentType, body);

    private static Task WriteAsync(HttpContext context, int status, string contentType, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(body);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Bodies.Enqueue(await JsonDocument.ParseAsync(context.Request.Body));
        if (_script.TryDequeue(out Func<HttpContext, Task>? step)) await step(context);
        else await Status(418)(context);
    }
}
