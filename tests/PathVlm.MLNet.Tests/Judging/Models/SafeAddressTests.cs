using PathVlm.MLNet.Chat;
using PathVlm.MLNet.Judging.Models;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Tests.Rewards.Judging;

namespace PathVlm.MLNet.Tests.Judging.Models;

/// <summary>What is refused before anything is sent, and what a server may not report.</summary>
public sealed class SafeAddressTests
{
    [Theory]
    [InlineData("http://judge.example:8000/v1", false)]
    [InlineData("http://10.0.0.7/v1", false)]
    [InlineData("http://localhost:8000/v1", true)]
    [InlineData("http://127.0.0.1:8000/v1", true)]
    [InlineData("https://judge.example/v1", true)]
    public void HttpToAnotherMachineIsRefusedUnlessItIsAllowed(string address, bool accepted)
    {
        Exception? fault = Record.Exception(() => OpenAiChat.CheckAddress(new Uri(address), allowHttp: false));
        Assert.Equal(accepted, fault is null);
        if (!accepted) Assert.Contains("--allow-http", Assert.IsType<ArgumentException>(fault).Message, StringComparison.Ordinal);
        OpenAiChat.CheckAddress(new Uri(address), allowHttp: true);
        OpenAiJudge.Create(new Uri(address), "key", new ChatJudgeOptions { AllowHttp = true });
    }

    [Theory]
    [InlineData("secret\r\nInjected: x")]
    [InlineData("secret key")]
    [InlineData("schlüssel")]
    public void AKeyThatNoHeaderCanHoldIsRefusedAndNotShown(string key)
    {
        string message = Assert.Throws<ArgumentException>(() => OpenAiJudge.Create(new Uri("https://judge.example/v1"), key)).Message;
        Assert.StartsWith("key: expected visible ASCII characters, got another at place ", message, StringComparison.Ordinal);
        Assert.DoesNotContain(key[..6], message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-5, 200)]
    [InlineData(1000, -200)]
    [InlineData(2_000_000_000, 200)]
    public async Task UsageThatCannotBeIsAnInvalidReply(long prompt, long completion)
    {
        string review = System.Text.Json.JsonSerializer.Serialize(JudgeFixture.ValidReview);
        string body = $$"""
            {"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"stop",
             "message":{"role":"assistant","content":{{review}} } }],
             "usage":{"prompt_tokens":{{prompt}},"completion_tokens":{{completion}},"total_tokens":1} }
            """;
        await using ScriptedServer server =
            await ScriptedServer.StartAsync(ScriptedServer.Status(200, body), ScriptedServer.Status(200, body));
        JudgeReply reply = await JudgeFixture.ReviewAsync(server);
        Assert.Equal((MissingCause.InvalidReply, 2), (reply.Missing, reply.Requests));
        Assert.InRange(reply.InputTokens + reply.OutputTokens, 0, 2000);
    }
}
