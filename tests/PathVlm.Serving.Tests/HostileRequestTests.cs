using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.Serving.Tests.Support;

namespace PathVlm.Serving.Tests;

public sealed class HostileRequestTests
{
    private const string Secret = "jane doe born 1960";
    private static readonly string Tooth = new('[', 5000);

    public static TheoryData<string, int, string> Bodies => new()
    {
        { "", 400, "body: expected JSON" },
        { "{", 400, "body: expected JSON" },
        { "[]", 400, "body: expected an object, got a list" },
        { Tooth, 400, "body: expected JSON" },
        { """{"messages":[],"messages":[]}""", 400, "body: expected JSON" },
        { "{}", 400, "messages: expected a list of messages, got none" },
        { """{"messages":"jane doe born 1960"}""", 400, "messages: expected a list of messages, got a text" },
        { """{"messages":[]}""", 400, "messages: expected one or more, got none" },
        { """{"messages":[1]}""", 400, "messages[0]: expected an object, got 1" },
        { """{"messages":[{"content":"x"}]}""", 400, "messages[0].role: expected a role, got none" },
        { """{"messages":[{"role":"wizard","content":"x"}]}""", 400, "messages[0].role: expected system, user or assistant, got [wizard]" },
        { """{"messages":[{"role":"user"}]}""", 400, "messages[0].content: expected a text or a list of parts, got none" },
        { """{"messages":[{"role":"user","content":7}]}""", 400, "messages[0].content: expected a text or a list of parts, got 7" },
        { """{"messages":[{"role":"user","content":"\ud800"}]}""", 400, "messages[0].content: expected a text in UTF-8" },
        { """{"messages":[{"role":"user","\ud800":1,"content":"x"}]}""", 400, "body: expected names in UTF-8" },
        { """{"\ud800":1}""", 400, "body: expected names in UTF-8" },
        {
            """{"messages":[{"role":"user","content":"x","tool_calls":[]}]}""", 400,
            "messages[0]: expected role and content, got [tool_calls]"
        },
        {
            """{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{}}]}]}""", 400,
            "messages[0].content[0]: expected a part of type text or image_url with its content, got type [input_audio]"
        },
        {
            """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://169.254.169.254/"}}]}]}""", 400,
            "messages[0].content[0].image_url.url: expected a data URI"
        },
        {
            """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"file:///etc/passwd"}}]}]}""", 400,
            "expected a data URI"
        },
        {
            """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,###"}}]}]}""", 400,
            "expected base64 after the comma"
        },
        {
            """{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}""", 400,
            "picture 'of messages[0]' is of no known kind"
        },
        { Text("""{"temperature":"hot"}"""), 400, "temperature: expected a number, got a text" },
        { Text("""{"temperature":1e39}"""), 400, "temperature: expected a number" },
        { Text("""{"temperature":-1}"""), 400, "temperature: expected 0 or more, got -1" },
        { Text("""{"max_tokens":0}"""), 400, "max_completion_tokens: expected 1 or more, got 0" },
        { Text("""{"max_tokens":99999999999}"""), 400, "max_tokens: expected a whole number, got 99999999999" },
        { Text("""{"max_tokens":25}"""), 400, "max_completion_tokens: expected 1 to 24, got 25" },
        { Text("""{"n":0}"""), 400, "n: expected 1 or more, got 0" },
        { Text("""{"n":1000000}"""), 400, "n: expected 1 to 4, got 1000000" },
        { Text("""{"stop":[""]}"""), 400, "stop: expected at most 16 texts, none of them empty" },
        { Text("""{"stream":"yes"}"""), 400, "stream: expected true or false, got a text" },
        { Text("""{"top_logprobs":5}"""), 400, "top_logprobs: expected 0 or none" },
        { Text("""{"logit_bias":{"1":5}}"""), 400, "logit_bias: expected a known parameter" },
        { Text("""{"tools":[{}]}"""), 400, "tools: expected none, got some" },
        { Text("""{"response_format":{"type":"json_object"}}"""), 400, "response_format: expected text or none, got JSON" },
        { Text("""{"model":"gpt-4o"}"""), 404, "model: expected [pathvlm], got another one" },
        { $$"""{"messages":[{"role":"user","content":"{{new string('x', 60_000)}}"}]}""", 400, "expected a prompt of at most 1024 tokens" },
        {
            $$"""{"messages":[{"role":"user","content":"{{new string('x', 1_100_000)}}"}]}""", 413,
            "body: expected at most 1,048,576 bytes"
        },
    };

    [Fact]
    public async Task EachHostileBodyGetsOneStatusAndOneJsonErrorAndNoTextIsLogged()
    {
        await using RunningServer server = await RunningServer.StartAsync(
            new PathologyBatchOptions { RowLimit = 4 }, new PathologyServerOptions { MaxBodyBytes = 1 << 20 });
        foreach (HostileBody row in Rows())
        {
            (HttpStatusCode status, string text) = await server.PostAsync(row.Body);
            Assert.True((int)status == row.Status, $"{row.Message}: {status} {text}");
            using JsonDocument reply = JsonDocument.Parse(text);
            JsonElement error = reply.RootElement.GetProperty("error");
            Assert.Contains(row.Message, error.GetProperty("message").GetString()!, StringComparison.Ordinal);
            Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
            Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        }

        Assert.Equal(0, server.Answerer.Statistics.CompletionTokens);
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains(Secret, StringComparison.Ordinal)
            || line.Contains("wizard", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal));
        (HttpStatusCode good, _) = await server.PostAsync(server.Body(server.Row));
        Assert.Equal(HttpStatusCode.OK, good);
    }

    [Fact]
    public async Task PathsMethodsAndTypesThatDoNotExistAreToldInJson()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        await IsErrorAsync(await server.Client.GetAsync("/v2/nothing"), 404);
        await IsErrorAsync(await server.Client.GetAsync("/v1/models/other"), 404);
        await IsErrorAsync(await server.Client.DeleteAsync("/v1/models"), 405);
        await IsErrorAsync(await server.Client.GetAsync("/v1/chat/completions"), 405);
        using StringContent form = new("messages=x", Encoding.UTF8, "application/x-www-form-urlencoded");
        await IsErrorAsync(await server.Client.PostAsync("/v1/chat/completions", form), 415);
        using HttpRequestMessage elsewhere = new(HttpMethod.Get, "/health") { Headers = { Host = "evil.example" } };
        await IsErrorAsync(await server.Client.SendAsync(elsewhere), 421);
    }

    [Fact]
    public async Task APictureOfTooManyPixelsIsRefusedByItsHeader()
    {
        await using RunningServer server = await RunningServer.StartAsync(new PathologyBatchOptions { MaxPicturePixels = 100 });
        (HttpStatusCode status, string text) = await server.PostAsync(server.Body(server.Row));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("expected at most 100 pixels", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestsPastTheQueueGet429AndTheOthersTheirAnswers()
    {
        await using RunningServer server = await RunningServer.StartAsync(new PathologyBatchOptions { RowLimit = 1, QueueLimit = 2 });
        string body = server.Body(server.Row);
        (HttpStatusCode Status, string Text)[] replies =
            await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => server.PostAsync(body)));
        Assert.All(replies, reply => Assert.True(reply.Status is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, reply.Text));
        Assert.Contains(replies, reply => reply.Status == HttpStatusCode.OK);
        Assert.Contains(replies, reply => reply.Text.Contains("queue_full", StringComparison.Ordinal));
        Assert.Equal(replies.Count(reply => reply.Status == HttpStatusCode.OK), server.Answerer.Statistics.Answered);
    }

    [Fact]
    public async Task ABodyThatDoesNotComeIsGivenUpAndItsRoomIsFree()
    {
        PathologyServerOptions options = new()
        {
            BodyTime = TimeSpan.FromMilliseconds(300), MaxBodyBytes = 1 << 20, MaxBodiesBytes = 1 << 20,
        };
        await using RunningServer server = await RunningServer.StartAsync(options: options);
        using TcpClient slow = new();
        await slow.ConnectAsync(server.Server.Address.Host, server.Server.Address.Port);
        NetworkStream stream = slow.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\n\r\n{"));
        await Task.Delay(100);
        (HttpStatusCode full, string text) = await server.PostAsync(server.Body(server.Row));
        Assert.True(full == HttpStatusCode.TooManyRequests, text);
        using StreamReader reader = new(stream);
        Assert.Equal("HTTP/1.1 408 Request Timeout", await reader.ReadLineAsync());
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(server.Body(server.Row))).Status);
    }

    [Fact]
    public async Task ACallerWhoLeavesCostsNoMoreTokens()
    {
        await using RunningServer server = await RunningServer.StartAsync(new PathologyBatchOptions { RowLimit = 1, MaxNewTokens = 1000 });
        using CancellationTokenSource leave = new();
        Task<(HttpStatusCode, string)> asked = server.PostAsync(
            server.Body(server.Row, ",\"max_tokens\":1000,\"temperature\":50,\"seed\":1"), leave.Token);
        while (server.Answerer.Statistics.CompletionTokens == 0) await Task.Delay(5);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(server.Body(server.Row))).Status);
        BatchStatistics statistics = server.Answerer.Statistics;
        Assert.Equal((1, 1), (statistics.Cancelled, statistics.Answered));
        Assert.True(statistics.CompletionTokens < 1000);
    }

    [Fact]
    public async Task TenThousandRequestsLeaveNothingBehind()
    {
        await using RunningServer server = await RunningServer.StartAsync(tokens: 2);
        string[] bodies =
        [
            Text("""{"max_tokens":1}"""), "{", Text("""{"n":99}"""), """{"messages":[{"role":"user","content":7}]}""",
        ];
        await Rounds(500);
        long before = Used();
        await Rounds(9500);
        long grown = Used() - before;
        BatchStatistics statistics = server.Answerer.Statistics;
        Assert.Equal((0, 0), (statistics.Waiting, statistics.RunningRows));
        Assert.True(grown < 32 << 20, $"managed memory grew by {grown:N0} bytes");

        Task Rounds(int count) => Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (index, stop) =>
        {
            (HttpStatusCode status, string text) = await server.PostAsync(bodies[index % bodies.Length], stop);
            Assert.True(status == (index % bodies.Length == 0 ? HttpStatusCode.OK : HttpStatusCode.BadRequest), text);
            if (server.Log.Lines.Count > 1000) server.Log.Lines.Clear();
        });

        static long Used()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return GC.GetTotalMemory(forceFullCollection: true);
        }
    }

    // A text question with one more field.
    private static string Text(string more) =>
        """{"messages":[{"role":"user","content":"jane doe born 1960"}],""" + more[1..];

    private static IEnumerable<HostileBody> Rows() =>
        Bodies.Select(row => new HostileBody((string)row[0], (int)row[1], (string)row[2]));

    private static async Task IsErrorAsync(HttpResponseMessage response, int status)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{response.StatusCode} {text}");
        using JsonDocument reply = JsonDocument.Parse(text);
        Assert.NotEmpty(reply.RootElement.GetProperty("error").GetProperty("message").GetString()!);
    }

    private sealed record HostileBody(string Body, int Status, string Message);
}
