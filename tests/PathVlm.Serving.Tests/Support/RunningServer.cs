using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.ML;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Testing;

namespace PathVlm.Serving.Tests.Support;

/// <summary>A server on loopback over a small model, with what a test asks it.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private RunningServer(PathologyTransformer model, PathologyBatchOptions batch, PathologyServerOptions options, string? key)
    {
        Model = model;
        Answerer = new PathologyAnswerer(model.Policy, batch);
        options.Port = 0;
        Server = new PathologyServer(Answerer, options, key, Log);
        Client = new HttpClient { Timeout = TimeSpan.FromSeconds(100) };
    }

    public PathologyTransformer Model { get; }

    public PathologyAnswerer Answerer { get; }

    public PathologyServer Server { get; }

    public HttpClient Client { get; }

    public LinesLogger Log { get; } = new();

    public PathologyRow Row { get; } = Rows(1)[0];

    /// <summary>The user's text of a row, as the model is asked it.</summary>
    public string Question => Model.Policy.Template.UserText(Row.Question);

    public static async Task<RunningServer> StartAsync(
        PathologyBatchOptions? batch = null, PathologyServerOptions? options = null, string? key = null, int tokens = 24,
        string? checkpoint = null, int promptLength = 1024)
    {
        PathologyModelOptions model = new()
        {
            Decoding = new SamplingOptions { Greedy = true, MaxNewTokens = tokens }, MaxPromptLength = promptLength,
        };
        RunningServer running = new(
            new MLContext().Pathology().Pretrained(checkpoint ?? ReferenceSet.PathOf(ReferenceSet.Checkpoints()[0]), model),
            batch ?? new PathologyBatchOptions(), options ?? new PathologyServerOptions(), key);
        await running.Server.StartAsync();
        running.Client.BaseAddress = running.Server.Address;
        return running;
    }

    /// <summary>Rows over the pictures of the reference set.</summary>
    public static PathologyRow[] Rows(int count)
    {
        string[] pictures = [.. Directory.EnumerateFiles(ReferenceSet.PathOf("images"), "*.png").Order(StringComparer.Ordinal)
            .Where(path => new FileInfo(path).Length < 100_000)];
        PathologyQuestion[] questions = [.. Enumerable.Range(0, count).Select(row => new PathologyQuestion(
            $"q{row}", pictures[row % pictures.Length], $"What is shown in picture {row}?", ["A) keratin pearl", "B) psammoma body"], ""))];
        return [.. PathologyRows.Read(new PathologyDataView(questions), PathologyRowNeeds.Image)];
    }

    public static string Picture(PathologyRow row) =>
        $"data:image/png;base64,{Convert.ToBase64String(PictureFile.EncodePng(row.RequiredPicture))}";

    /// <summary>A request about a row, with more fields of the protocol.</summary>
    public string Body(PathologyRow row, string more = "") =>
        $$$"""
        {"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"{{{Picture(row)}}}"}},
        {"type":"text","text":{{{JsonSerializer.Serialize(Model.Policy.Template.UserText(row.Question))}}}}]}]{{{more}}}}
        """;

    public async Task<(HttpStatusCode Status, string Text)> PostAsync(string body, CancellationToken cancellation = default)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await Client.PostAsync("/v1/chat/completions", content, cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        Answerer.Dispose();
        Model.Dispose();
    }
}

/// <summary>Keeps what is logged.</summary>
internal sealed class LinesLogger : ILoggerFactory, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}
