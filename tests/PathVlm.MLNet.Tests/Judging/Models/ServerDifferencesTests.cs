using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Judging.Models;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Tests.Rewards.Judging;

namespace PathVlm.MLNet.Tests.Judging.Models;

/// <summary>Servers that answer the chat-completions API in ways of their own, over real HTTP.</summary>
public sealed class ServerDifferencesTests
{
    private static readonly string Review = JudgeFixture.ValidReview;
    private static readonly string Other = Review.Replace("\"yes\"", "\"no\"", StringComparison.Ordinal);

    public static TheoryData<string, string> WholeReviews => new()
    {
        { "after a thought", "<think>\nI read {the} quote.\n</think>\n\n" + Review },
        { "after the end of a thought", "I read the quote.\n</think>\n\n" + Review },
        { "in a fence", "```json\n" + Review + "\n```" },
        { "in a fence between sentences", "Here is the review:\n```\n" + Review + "\n```\nI hope this helps." },
        { "between sentences", "My review {final}: " + Review + " That is all." },
        { "beside another object", "{\"score\": 7}\n" + Review },
        { "inside another object", "{\"review\": " + Review + "}" },
        { "in a list", "[" + Review + "]" },
        { "twice", Review + "\n" + Review },
    };

    [Theory]
    [MemberData(nameof(WholeReviews))]
    public async Task AWholeReviewIsReadWhereverItStands(string place, string content)
    {
        JudgeReply reply = await AskAsync(ScriptedServer.Completion(content));
        Assert.True(reply.Findings is { VisualAnalysis.Present: true }, $"{place}: {reply.Detail}");
        Assert.Equal(1, reply.Requests);
    }

    [Theory]
    [InlineData("eos")]
    [InlineData("end_turn")]
    [InlineData("STOP")]
    [InlineData(null)]
    public async Task AFinishReasonThatIsNullOrUnknownIsReadLikeStop(string? reason)
    {
        JudgeReply reply = await AskAsync(ScriptedServer.Body(Completion(new { content = Review }, reason)));
        Assert.Equal((null, 1, 900, 60), (reply.Missing, reply.Requests, reply.InputTokens, reply.OutputTokens));
    }

    [Fact]
    public async Task AnAbsentFinishReasonAFloatForCreatedAndNoUsageAreRead()
    {
        string body = JsonSerializer.Serialize(
            new { created = 1760000000.25, usage = (object?)null, choices = new[] { new { message = new { content = Review } } } });
        Assert.Null((await AskAsync(ScriptedServer.Body(body))).Missing);
    }

    [Fact]
    public async Task AnAnswerInReasoningContentOrInPartsIsRead()
    {
        Assert.Null((await AskAsync(ScriptedServer.Body(Completion(new { content = (string?)null, reasoning_content = Review })))).Missing);
        Assert.Null((await AskAsync(ScriptedServer.Body(Completion(new { content = new[] { new { type = "text", text = Review } } }))))
            .Missing);
    }

    [Theory]
    [InlineData("I cannot give JSON today.", "the reply holds no JSON object, but: I cannot give JSON today.")]
    [InlineData("{\"visual_analysis\": 1}", "has 'option_elimination' 0 times")]
    public async Task WhatWasFoundInsteadOfAReviewIsTold(string content, string told)
    {
        JudgeReply reply = await AskAsync(ScriptedServer.Completion(content), ScriptedServer.Completion(content));
        Assert.Equal((MissingCause.InvalidReply, 2), (reply.Missing, reply.Requests));
        Assert.Contains(told, reply.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoDifferingReviewsAreInvalidInThoughtAndAnswerToo()
    {
        Func<HttpContext, Task> both = ScriptedServer.Completion($"<think>{Other}</think>{Review}");
        JudgeReply reply = await AskAsync(both, both);
        Assert.Equal((MissingCause.InvalidReply, "the reply holds two differing reviews"), (reply.Missing, reply.Detail));
    }

    [Theory]
    [InlineData("{\"error\":{\"message\":\"the provider behind is busy\",\"code\":429}}", null, 2)]
    [InlineData("{\"error\":{\"message\":\"overloaded\",\"type\":\"overloaded_error\"}}", null, 2)]
    [InlineData("{\"choices\":[{\"error\":{\"message\":\"upstream\",\"code\":502},\"finish_reason\":\"error\"}]}", null, 2)]
    [InlineData("{\"error\":{\"message\":\"flagged\",\"code\":\"content_filter\"}}", MissingCause.ContentFilter, 1)]
    [InlineData("{\"choices\":null}", null, 2)]
    public async Task AnErrorInsideA200DoesWhatItsCodeSays(string body, MissingCause? missing, int requests)
    {
        JudgeReply reply = await AskAsync(ScriptedServer.Body(body), ScriptedServer.Completion(Review));
        Assert.Equal((missing, requests), (reply.Missing, reply.Requests));
    }

    [Theory]
    [InlineData(200, "{\"error\":{\"message\":\"no such key\",\"code\":\"invalid_api_key\"}}", "401 inside a 200: no such key")]
    [InlineData(402, "{\"error\":{\"message\":\"No money is left in this account\",\"code\":\"no_money\"}}",
        "402: No money is left in this account")]
    [InlineData(429, "{\"error\":{\"message\":\"quota\",\"type\":\"insufficient_quota\",\"code\":null}}", "429: quota")]
    [InlineData(400, "{\"error\":{\"message\":\"temperature: the default only\",\"code\":\"unsupported_value\"}}",
        "LeaveOut = Temperature")]
    [InlineData(400, "{\"error\":{\"message\":\"Unsupported\",\"param\":\"max_tokens\"}}", "LeaveOut = MaxTokens")]
    [InlineData(400, "{\"error\":\"json_schema is not served here\"}", "400: json_schema is not served here (LeaveOut = JsonSchema")]
    [InlineData(422, "{\"detail\":[{\"loc\":[\"body\",\"seed\"],\"msg\":\"extra fields not permitted\"}]}",
        "422: body.seed: extra fields not permitted (LeaveOut = Seed")]
    [InlineData(
        422, "{\"message\":{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\",\"max_completion_tokens\"],\"msg\":\"Extra "
        + "inputs\"}]}}", "LeaveOut = MaxCompletionTokens")]
    [InlineData(400, "{\"error\":{\"message\":\"The model `x` does not exist\"}}", "400: The model `x` does not exist")]
    [InlineData(400, "[{\"error\":{\"code\":400,\"message\":\"Unknown model gemini\",\"status\":\"INVALID_ARGUMENT\"}}]",
        "400: Unknown model gemini")]
    [InlineData(404, "<html><body>Not here</body></html>", "404: check the key")]
    public async Task AccountAddressModelAndParametersStopTheRunWithTheServersSentence(int status, string body, string told)
    {
        await using ScriptedServer server =
            await ScriptedServer.StartAsync(status == 200 ? ScriptedServer.Body(body) : ScriptedServer.Status(status, body));
        JudgeStoppedException stopped = await Assert.ThrowsAsync<JudgeStoppedException>(() => JudgeFixture.ReviewAsync(server));
        Assert.StartsWith("the judge answered ", stopped.Message, StringComparison.Ordinal);
        Assert.Contains(told, stopped.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', stopped.Message);
        Assert.Equal(1, server.RequestCount);
    }

    [Theory]
    [InlineData(400, "{\"error\":{\"message\":\"Invalid image\",\"param\":\"messages[1].content[1]\"}}", MissingCause.RequestRejected)]
    [InlineData(400, "{\"error\":{\"message\":\"This model's maximum context length is 512 "
        + "tokens\",\"code\":\"context_length_exceeded\"}}", MissingCause.RequestRejected)]
    [InlineData(400, "{\"error\":{\"message\":\"filtered\",\"code\":\"content_filter\"}}", MissingCause.ContentFilter)]
    [InlineData(413, "", MissingCause.RequestTooLarge)]
    public async Task WhatNamesTheContentOrNothingIsMissingWithTheServersSentence(int status, string body, MissingCause cause)
    {
        JudgeReply reply = await AskAsync(ScriptedServer.Status(status, body));
        Assert.Equal((cause, 1), (reply.Missing, reply.Requests));
        Assert.StartsWith($"{status}", reply.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServersSentenceIsOneBoundedLineWithoutTheKey()
    {
        string body = JsonSerializer.Serialize(
            new { error = new { message = "Incorrect key test-key provided.\n" + new string('x', 5000) } });
        await using ScriptedServer server = await ScriptedServer.StartAsync(ScriptedServer.Status(401, body));
        string message = (await Assert.ThrowsAsync<JudgeStoppedException>(() => JudgeFixture.ReviewAsync(server))).Message;
        Assert.Contains("Incorrect key [key] provided. xxx", message, StringComparison.Ordinal);
        Assert.DoesNotContain("test-key", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 200, 350);
    }

    [Theory]
    [InlineData(ChatParameters.None, "temperature seed max_completion_tokens", "json_schema", false)]
    [InlineData(ChatParameters.Temperature | ChatParameters.Seed, "max_completion_tokens", "json_schema", false)]
    [InlineData(ChatParameters.MaxCompletionTokens, "temperature seed max_tokens", "json_schema", false)]
    [InlineData(ChatParameters.MaxCompletionTokens | ChatParameters.MaxTokens, "temperature seed", "json_schema", false)]
    [InlineData(ChatParameters.JsonSchema, "temperature seed max_completion_tokens", "json_object", true)]
    [InlineData(ChatParameters.JsonSchema | ChatParameters.JsonObject, "temperature seed max_completion_tokens", null, true)]
    public async Task WhatIsLeftOutIsNotSent(ChatParameters leaveOut, string sent, string? format, bool schemaInPrompt)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(ScriptedServer.Completion(Review));
        await JudgeFixture.ReviewAsync(server, new ChatJudgeOptions { LeaveOut = leaveOut });
        JsonElement body = server.Bodies.Single().RootElement;
        string[] parameters = ["temperature", "seed", "max_completion_tokens", "max_tokens"];
        Assert.Equal(sent, string.Join(' ', parameters.Where(name => body.TryGetProperty(name, out _))));
        Assert.Equal(format, body.TryGetProperty("response_format", out JsonElement asked) ? asked.GetProperty("type").GetString() : null);
        Assert.Equal(schemaInPrompt,
            body.GetProperty("messages")[0].GetRawText().Contains("additionalProperties", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatIsLeftOutIsPartOfTheIdentity()
    {
        Assert.Equal("m temperature=0 seed=17 max_tokens=1200", IdentityOf(ChatParameters.None));
        Assert.Equal("m seed=17 max_tokens=1200", IdentityOf(ChatParameters.Temperature));
        Assert.Equal("m temperature=0 seed=17 max_tokens=1200 format=json_object", IdentityOf(ChatParameters.JsonSchema));
        Assert.Equal("m temperature=0 seed=17 format=text",
            IdentityOf(
                ChatParameters.JsonSchema | ChatParameters.JsonObject | ChatParameters.MaxTokens | ChatParameters.MaxCompletionTokens));

        static string IdentityOf(ChatParameters leaveOut) =>
            OpenAiJudge.Create(new Uri("http://127.0.0.1:1/v1"), "key", new ChatJudgeOptions { Model = "m", LeaveOut = leaveOut }).Identity;
    }

    private static async Task<JudgeReply> AskAsync(params Func<HttpContext, Task>[] steps)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(steps);
        return await JudgeFixture.ReviewAsync(server);
    }

    private static string Completion(object message, string? reason = "stop") => JsonSerializer.Serialize(new
    {
        created = 1,
        choices = new[] { new { index = 0, finish_reason = reason, message } },
        usage = new { prompt_tokens = 900, completion_tokens = 60 },
    });
}
