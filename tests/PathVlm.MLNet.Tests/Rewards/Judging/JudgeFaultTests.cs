using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using PathVlm.MLNet.Judging.Models;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

/// <summary>docs/process-reward.md's table of failures against a real server, each with its exact number of requests.</summary>
public sealed class JudgeFaultTests
{
    private static readonly Func<HttpContext, Task> Good = ScriptedServer.Completion(JudgeFixture.ValidReview);

    [Fact]
    public async Task AValidReviewTakesOneRequest() => await ExpectAsync(null, 1, Good);

    [Theory]
    [InlineData("")]
    [InlineData("{\"visual_analysis\":{\"quote\":\"cells hold a")]
    [InlineData("not json at all")]
    [InlineData("[1,2]")]
    public async Task ATextThatIsNoReviewIsAskedOnceMoreAndThenMissing(string text)
    {
        await ExpectAsync(MissingCause.InvalidReply, 2, ScriptedServer.Completion(text), ScriptedServer.Completion(text));
        await ExpectAsync(null, 2, ScriptedServer.Completion(text), Good);
    }

    [Fact]
    public async Task WrongTypesAreInvalid()
    {
        string wrong = JudgeFixture.ValidReview.Replace("\"present\":true}", "\"present\":\"true\"}", StringComparison.Ordinal);
        await ExpectAsync(MissingCause.InvalidReply, 2, ScriptedServer.Completion(wrong), ScriptedServer.Completion(wrong));
    }

    [Fact]
    public async Task AnUnknownKindIsInvalid()
    {
        string unknown = JudgeFixture.ValidReview.Replace(
            "\"violations\":[]", "\"violations\":[{\"kind\":\"bad_style\",\"quote\":\"x\",\"why\":\"y\"}]", StringComparison.Ordinal);
        await ExpectAsync(MissingCause.InvalidReply, 2, ScriptedServer.Completion(unknown), ScriptedServer.Completion(unknown));
    }

    [Fact]
    public async Task TwoDifferingObjectsAreInvalidAndTwoEqualOnesAreOne()
    {
        string other = JudgeFixture.ValidReview.Replace("\"yes\"", "\"no\"", StringComparison.Ordinal);
        Func<HttpContext, Task> two = ScriptedServer.Completion(JudgeFixture.ValidReview + other);
        await ExpectAsync(MissingCause.InvalidReply, 2, two, two);
        await ExpectAsync(null, 1, ScriptedServer.Completion(JudgeFixture.ValidReview + JudgeFixture.ValidReview));
    }

    [Theory]
    [InlineData("<html><body>gateway</body></html>", "text/html")]
    [InlineData("{\"choices\": [{\"message\": {\"content\": \"\\ud800\"}}]}", "application/json")]
    [InlineData("", "application/json")]
    [InlineData("{\"choices\": [", "application/json")]
    [InlineData("{}", "application/json")]
    [InlineData("{\"choices\": []}", "application/json")]
    [InlineData("{\"choices\": \"none\"}", "application/json")]
    [InlineData("[]", "application/json")]
    public async Task ABodyThatIsNoCompletionIsAskedOnceMoreAndThenMissing(string body, string contentType)
    {
        Func<HttpContext, Task> bad = ScriptedServer.Body(body, contentType);
        await ExpectAsync(MissingCause.InvalidReply, 2, bad, bad);
        await ExpectAsync(null, 2, bad, Good);
    }

    [Fact]
    public async Task AReplyCutAtTheBudgetIsAskedAgainWithTwiceTheBudget()
    {
        await using ScriptedServer server =
            await ScriptedServer.StartAsync(ScriptedServer.Completion(JudgeFixture.ValidReview, "length"), Good);
        JudgeReply reply = await JudgeFixture.ReviewAsync(server);
        Assert.NotNull(reply.Findings);
        int[] budgets = [.. server.Bodies.Select(body => body.RootElement.GetProperty("max_completion_tokens").GetInt32())];
        Assert.Equal([1200, 2400], budgets);
    }

    [Fact]
    public async Task ARefusalIsMissingAtOnce() =>
        await ExpectAsync(MissingCause.Refused, 1, ScriptedServer.Completion("", refusal: "I cannot help with that."));

    [Fact]
    public async Task AContentFilterIsMissingAtOnce() =>
        await ExpectAsync(MissingCause.ContentFilter, 1, ScriptedServer.Completion("", "content_filter"));

    [Fact]
    public async Task UnableToJudgeIsMissingAtOnce() => await ExpectAsync(
        MissingCause.UnableToJudge, 1,
        ScriptedServer.Completion(
            JudgeFixture.ValidReview.Replace("\"unable_to_judge\":null", "\"unable_to_judge\":\"no picture\"", StringComparison.Ordinal)));

    [Theory]
    [InlineData(400, MissingCause.RequestRejected)]
    [InlineData(413, MissingCause.RequestTooLarge)]
    [InlineData(422, MissingCause.RequestRejected)]
    public async Task ARejectedRequestIsMissingAtOnce(int status, MissingCause cause) =>
        await ExpectAsync(cause, 1, ScriptedServer.Status(status));

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task ABusyServerIsAskedAgainUpToFiveRequests(int status)
    {
        Func<HttpContext, Task> busy = ScriptedServer.Status(status);
        await ExpectAsync(null, 2, busy, Good);
        await ExpectAsync(MissingCause.ServerBusy, 5, busy, busy, busy, busy, busy, Good);
    }

    [Fact]
    public async Task AnInvalidReplyCountsAmongTheFiveRequests()
    {
        Func<HttpContext, Task> busy = ScriptedServer.Status(500), bad = ScriptedServer.Completion("no");
        await ExpectAsync(MissingCause.InvalidReply, 5, busy, busy, busy, busy, bad, Good);
        await ExpectAsync(MissingCause.InvalidReply, 3, bad, busy, bad, Good);
    }

    [Theory]
    [InlineData("7", 7, 7)]
    [InlineData("1.5", 1.5, 1.5)]
    [InlineData("Tue, 24 Nov 2026 12:00:30 GMT", 30, 30)]
    [InlineData("-5", 0.5, 1.5)] // no time, or a past one: backoff of a second, times 0.5 to 1.5
    [InlineData("Mon, 01 Jan 2024 00:00:00 GMT", 0.5, 1.5)]
    [InlineData("0", 0.5, 1.5)]
    [InlineData("soon", 0.5, 1.5)]
    public async Task RetryAfterIsObeyed(string header, double leastSeconds, double mostSeconds)
    {
        WaitClock time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero), new ChatJudgeOptions().RequestTime);
        List<DateTimeOffset> asked = [];
        await using ScriptedServer server =
            await ScriptedServer.StartAsync(Timed(ScriptedServer.Status(429, "{}", ("Retry-After", header))), Timed(Good));
        Task<JudgeReply> review = JudgeFixture.Judge(server, time).ReviewAsync(JudgeFixture.Request(), CancellationToken.None);
        await time.WaitOutAsync(review);
        Assert.Equal((null, 2), ((await review).Missing, asked.Count));
        Assert.InRange((asked[1] - asked[0]).TotalSeconds, leastSeconds, mostSeconds);

        Func<HttpContext, Task> Timed(Func<HttpContext, Task> step) => context =>
        {
            asked.Add(time.GetUtcNow());
            return step(context);
        };
    }

    [Theory]
    [InlineData("86400")]
    [InlineData("1e300")]
    [InlineData("Tue, 24 Nov 2099 12:00:30 GMT")]
    public async Task ARetryAfterBeyondTheTimeLeftIsMissingAtOnce(string header) =>
        await ExpectAsync(MissingCause.RetryAfterTooLong, 1, ScriptedServer.Status(429, "{}", ("Retry-After", header)), Good);

    [Fact]
    public async Task DecimalCommasChangeNothing()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        comma.NumberFormat.NumberGroupSeparator = ".";
        try
        {
            CultureInfo.CurrentCulture = comma;
            await ExpectAsync(null, 2, ScriptedServer.Status(429, "{}", ("Retry-After", "1.5")), Good);
            await using ScriptedServer server = await ScriptedServer.StartAsync(Good);
            await JudgeFixture.ReviewAsync(server, new ChatJudgeOptions { Temperature = 0.5f });
            Assert.Equal(0.5, server.Bodies.Single().RootElement.GetProperty("temperature").GetDouble());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public async Task AStalledHeaderIsAskedAgain() => await ExpectAsync(null, 2, StallAsync, Good);

    [Fact]
    public async Task AStalledBodyIsAskedAgain() => await ExpectAsync(null, 2, StallInBodyAsync, Good);

    [Fact]
    public async Task StallsEndAtTheTimeOfOneReview() =>
        await ExpectAsync(MissingCause.TimedOut, 3, StallAsync, StallAsync, StallAsync, StallAsync, StallAsync);

    [Fact]
    public async Task AResetConnectionIsAskedAgain() => await ExpectAsync(null, 2, ResetAsync, Good);

    [Fact]
    public async Task ARefusedConnectionIsAskedFiveTimesAndThenMissing()
    {
        ScriptedServer closed = await ScriptedServer.StartAsync();
        Uri address = closed.Address;
        await closed.DisposeAsync();
        ChatJudge judge = OpenAiJudge.Create(address, "test-key", new ChatJudgeOptions { Backoff = TimeSpan.FromMilliseconds(1) });
        JudgeReply reply = await judge.ReviewAsync(JudgeFixture.Request(), CancellationToken.None);
        Assert.Equal((MissingCause.Unreachable, 5), (reply.Missing, reply.Requests));
    }

    [Theory]
    [InlineData(401, "{}", "401")]
    [InlineData(402, "{}", "402")]
    [InlineData(403, "{}", "403")]
    [InlineData(404, "{}", "404")]
    [InlineData(429, "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"You exceeded your quota\"}}",
        "429: You exceeded your quota")]
    public async Task AFaultThatEveryReviewWouldMeetStopsTheRun(int status, string body, string named)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(ScriptedServer.Status(status, body), Good);
        JudgeStoppedException stopped = await Assert.ThrowsAsync<JudgeStoppedException>(() => JudgeFixture.ReviewAsync(server));
        Assert.Contains(named, stopped.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', stopped.Message);
        Assert.Equal(1, server.RequestCount);
    }

    [Fact]
    public async Task AFaultThatComesInAfterTheRunWasEndedIsNoReasonOfItsOwn()
    {
        using CancellationTokenSource ended = new();
        ChatJudge judge = new(new LateClient(ended), new ChatJudgeOptions());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => judge.ReviewAsync(JudgeFixture.Request(), ended.Token));
    }

    [Fact]
    public async Task ARedirectIsNotFollowedAndNoByteReachesItsTarget()
    {
        await using ScriptedServer target = await ScriptedServer.StartAsync(Good);
        await ExpectAsync(MissingCause.Redirected, 1, ScriptedServer.Status(307, "", ("Location", target.Address + "/chat/completions")));
        Assert.Equal(0, target.RequestCount);
    }

    [Fact]
    public async Task ABodyOfFiftyMegabytesIsCutOffAtOne()
    {
        long written = 0;
        async Task Flood(HttpContext context)
        {
            byte[] chunk = new byte[64 * 1024];
            context.Response.ContentType = "application/json";
            for (; written < 50_000_000 && !context.RequestAborted.IsCancellationRequested; written += chunk.Length)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted).ConfigureAwait(false);
                if (written > 4_000_000) await Task.Delay(1); // a write to an aborted connection does not throw: let the abort arrive
            }
        }

        await ExpectAsync(MissingCause.ReplyTooLarge, 1, Flood, Good);
        Assert.InRange(written, 1, 40_000_000);
    }

    [Fact]
    public async Task CancellationEndsAReviewAtOnce()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(StallAsync);
        using CancellationTokenSource cancel = new();
        Task<JudgeReply> review = JudgeFixture.Judge(server, TimeProvider.System).ReviewAsync(JudgeFixture.Request(), cancel.Token);
        while (server.RequestCount == 0) await Task.Delay(5);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => review);
    }

    private static async Task ExpectAsync(MissingCause? missing, int requests, params Func<HttpContext, Task>[] steps)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(steps);
        JudgeReply reply = await JudgeFixture.ReviewAsync(server);
        Assert.Equal((missing, requests, requests), (reply.Missing, reply.Requests, server.RequestCount));
        Assert.Equal(missing is null, reply.Findings is not null);
    }

    private static Task StallAsync(HttpContext context) =>
        Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);

    private static async Task StallInBodyAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync("{\"id\": \"");
        await context.Response.Body.FlushAsync();
        await StallAsync(context);
    }

    private static Task ResetAsync(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Fails as the server's 401 makes the client fail, after another review's 401 has ended the run.</summary>
    private sealed class LateClient(CancellationTokenSource ended) : IChatClient
    {
        public async Task<ChatResponse> GetResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
        {
            await ended.CancelAsync();
            throw new HttpRequestException("401", null, HttpStatusCode.Unauthorized);
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken) =>
                throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey) => null;

        public void Dispose()
        {
        }
    }
}
