using System.Text.Json;
using Microsoft.ML;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Inference.External;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Tests.Data;
using PathVlm.MLNet.Tests.Rewards.Judging;

namespace PathVlm.MLNet.Tests.Inference.External;

/// <summary>A model behind a real HTTP server on loopback.</summary>
public sealed class ExternalModelTests : IDisposable
{
    private static readonly ExternalModelOptions OneAtATime = new() { Model = "theirs", Concurrency = 1, Backoff = TimeSpan.Zero };
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ARowIsAskedWithSystemTextPictureAndQuestionAndReadByOurRules()
    {
        await using ScriptedServer server =
            await ScriptedServer.StartAsync(ScriptedServer.Completion("<think>Pearls are seen.</think><answer>B) y</answer>"));
        ExternalModelOptions options =
            new() { Model = "theirs", MaxOutputTokens = 77,
            PromptTemplate = new PathologyPromptTemplate { System = "Be brief.", User = "{question} Choose:\n{options}" } };
        ExternalAnswer answer = (await Model(server, options).AnswerAsync([.. Read(Rows(1))]))[0];
        Assert.Equal(("Pearls are seen.", "B) y", 200, false, null, 1),
            (answer.Reasoning, answer.PredictedAnswer, answer.ResponseTokenCount, answer.IsTruncated, answer.Failure, answer.Requests));
        JsonElement body = Assert.Single(server.Bodies).RootElement;
        Assert.Equal(("theirs", 0.0, 77),
            (body.GetProperty("model").GetString(), body.GetProperty("temperature").GetDouble(),
            body.GetProperty("max_completion_tokens").GetInt32()));
        JsonElement[] messages = [.. body.GetProperty("messages").EnumerateArray()];
        Assert.Equal("Be brief.", TextOf(messages[0].GetProperty("content")));
        JsonElement[] parts = [.. messages[1].GetProperty("content").EnumerateArray()];
        Assert.Equal("What is q0? Choose:\nA) x\nB) y", parts[1].GetProperty("text").GetString());
        string picture = parts[0].GetProperty("image_url").GetProperty("url").GetString()!;
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], Convert.FromBase64String(picture["data:image/png;base64,".Length..])[..4]);
    }

    [Theory]
    [InlineData(400, ChatFailure.RequestRejected, 1)]
    [InlineData(302, ChatFailure.Redirected, 1)]
    [InlineData(503, ChatFailure.ServerBusy, 5)]
    public async Task ARowWhoseRequestFailsIsUnansweredAndStaysInTheDenominator(int status, ChatFailure cause, int requests)
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(
            [.. Enumerable.Repeat(ScriptedServer.Status(status), requests),
                ScriptedServer.Completion("<think>So.</think><answer>A) x</answer>")]);
        IDataView answered = Model(server, OneAtATime).Transform(Rows(2));
        EvaluationResult result = PathologyEvaluator.Evaluate(new MLContext().Data.Cache(answered));
        Assert.Equal(requests + 1, server.RequestCount);
        Assert.Equal((2, 1, 1),
            (result.Overall.RowCount, result.Overall.Paper.Right, result.Overall.StatusCounts[AnswerStatus.NoAnswerTag]));
        Assert.Equal(cause.ToString(), FailuresOf(await AnswersAsync(status, requests))[0]);
    }

    [Fact]
    public async Task ACompletionThatWasCutIsAnAnswerAndSaysSo()
    {
        await using ScriptedServer server =
            await ScriptedServer.StartAsync(ScriptedServer.Completion("<think>On and on", finishReason: "length"));
        ExternalAnswer answer = (await Model(server, OneAtATime).AnswerAsync([.. Read(Rows(1))]))[0];
        Assert.Equal((true, null, "On and on", ""), (answer.IsTruncated, answer.Failure, answer.Reasoning, answer.PredictedAnswer));
    }

    [Fact]
    public async Task ARefusalIsNoAnswer()
    {
        await using ScriptedServer server =
            await ScriptedServer.StartAsync(ScriptedServer.Completion("", refusal: "I cannot help with that."));
        ExternalAnswer answer = (await Model(server, OneAtATime).AnswerAsync([.. Read(Rows(1))]))[0];
        Assert.Equal((ChatFailure.Refused, ""), (answer.Failure, answer.Response));
    }

    [Fact]
    public async Task AWrongKeyEndsItInOneLine()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(ScriptedServer.Status(401));
        ChatStoppedException stopped =
            await Assert.ThrowsAsync<ChatStoppedException>(() => Model(server, OneAtATime).AnswerAsync([.. Read(Rows(3))]));
        Assert.Equal("the external model [theirs] answered 401: check the key, its rights, the address and the model's name",
            stopped.Message);
        Assert.Equal(1, server.RequestCount);
    }

    [Fact]
    public async Task NobodyIsAskedForColumnsThatAreNotItsOwn()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        IDataView answered = Model(server, OneAtATime).Transform(Rows(2));
        Assert.Equal(2, PathologyRows.Read(answered, PathologyRowNeeds.Answer).Count());
        Assert.Equal(0, server.RequestCount);
    }

    [Fact]
    public void AllOptionsThatAreOutOfRangeAreToldAtOnce()
    {
        ExternalModelOptions options =
            new() { Model = " ", Temperature = 3, MaxOutputTokens = 0, Concurrency = 0, MaxRequests = 6, AnswerTime = TimeSpan.Zero,
            RequestTime = TimeSpan.Zero, Backoff = TimeSpan.FromSeconds(-1) };
        string message = Assert.Throws<ArgumentOutOfRangeException>(
            () => ExternalModel.Create(new Uri("http://127.0.0.1/v1"), "key", options)).Message;
        Assert.All(
            ["Model: expected the name of a model", "Temperature: expected 0 to 2, got 3", "MaxOutputTokens: expected 1 or more, got 0",
                "Concurrency: expected 1 or more",
                "MaxRequests: expected 1 to 5, got 6", "AnswerTime: expected", "RequestTime: expected", "Backoff: expected"],
            fault => Assert.Contains(fault, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/v1", "expected an absolute http or https address")]
    [InlineData("http://me:secret@127.0.0.1/v1", "expected one without a user name or password")]
    public void AnAddressThatCannotBeIsRefusedWithoutTellingASecret(string address, string said)
    {
        string message = Assert.Throws<ArgumentException>(() => ExternalModel.Create(new Uri(address), "key")).Message;
        Assert.Contains(said, message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<ExternalAnswer>> AnswersAsync(int status, int requests)
    {
        await using ScriptedServer server =
            await ScriptedServer.StartAsync([.. Enumerable.Repeat(ScriptedServer.Status(status), requests)]);
        return await Model(server, OneAtATime).AnswerAsync([.. Read(Rows(1))]);
    }

    private static string?[] FailuresOf(IEnumerable<ExternalAnswer> answers) => [.. answers.Select(answer => answer.Failure?.ToString())];

    private static ExternalModel Model(ScriptedServer server, ExternalModelOptions options) =>
        ExternalModel.Create(server.Address, "a-key", options);

    private static string TextOf(JsonElement content) =>
        content.ValueKind == JsonValueKind.String ? content.GetString()! : content[0].GetProperty("text").GetString()!;

    private static IEnumerable<PathologyRow> Read(IDataView rows) => PathologyRows.Read(rows, PathologyRowNeeds.Image);

    private PathologyDataView Rows(int count) => new(Enumerable.Range(0, count).Select(index =>
        new PathologyQuestion($"q{index}", _folder.Picture($"{index}.png", index), $"What is q{index}?", ["A) x", "B) y"], "A) x")));
}
