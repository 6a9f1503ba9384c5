using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PathVlm.Host.Tests.Support;

/// <summary>A judge on loopback that speaks the chat-completions API, answers alike each time and counts how often it is asked.</summary>
internal sealed class JudgeServer : IAsyncDisposable
{
    public const string Key = "secret-key-4711";

    /// <summary>A review that finds nothing.</summary>
    public const string NothingFound =
        """
        {"visual_analysis":{"quote":null,"shown_in_image":"cannot_tell","present":false},
         "option_elimination":{"rejected":[],"present":false},
         "knowledge":{"quote":null,"fact":null,"present":false},"violations":[],"unable_to_judge":null}
        """;

    private readonly WebApplication _application;
    private int _requests;

    private JudgeServer(WebApplication application) => _application = application;

    public int Requests => _requests;

    public string Address => _application.Urls.First() + "/v1";

    /// <summary>Starts a server; each reply costs 1,000 tokens in and 200 out.</summary>
    /// <param name="content">What the judge says.</param>
    /// <param name="status">What it says it with.</param>
    /// <param name="good">Requests after which it refuses the key.</param>
    public static async Task<JudgeServer> StartAsync(string content, int status = 200, int good = int.MaxValue)
    {
        Environment.SetEnvironmentVariable("PATHVLM_JUDGE_KEY", Key);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication application = builder.Build();
        JudgeServer server = new(application);
        application.Run(context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref server._requests) > good ? 401 : status;
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(Completion(content));
        });
        await application.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("PATHVLM_JUDGE_KEY", null);
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private static string Completion(string content) => JsonSerializer.Serialize(new
    {
        id = "chatcmpl-1",
        @object = "chat.completion",
        created = 1_760_000_000,
        model = "judge",
        choices = new[] { new { index = 0, message = new { role = "assistant", content }, finish_reason = "stop" } },
        usage = new { prompt_tokens = 1000, completion_tokens = 200, total_tokens = 1200 },
    });
}
