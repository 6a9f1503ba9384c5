using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML;
using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.MLNet.Inference.Clients;
using PathVlm.MLNet.Inference.External;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Judging.Models;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.Modeling.Generation.Sampling;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.MLNet.Tests.Inference.Clients;

public sealed class PathologyChatClientTests : IDisposable
{
    private static readonly PathologyModelOptions ModelOptions =
        new() { Decoding = new SamplingOptions { Greedy = true, MaxNewTokens = 24 } };

    private readonly PathologyTransformer _model = new MLContext().Pathology().Pretrained(TinyCheckpoint.Folder, ModelOptions);
    private readonly IChatClient _client;
    private readonly PathologyRow _row =
        PathologyRows.Read(TinyCheckpoint.Rows("Rl"), PathologyRowNeeds.Image).First();

    public PathologyChatClientTests() => _client = _model.Policy.AsChatClient();

    private ChatMessage Question => new(
        ChatRole.User,
        [
            new TextContent(_model.Policy.Template.UserText(_row.Question)),
            new DataContent(PictureFile.EncodePng(_row.RequiredPicture), "image/png"),
        ]);

    public void Dispose()
    {
        _client.Dispose();
        _model.Dispose();
    }

    [Fact]
    public async Task APictureWithAQuestionGetsThePolicysAnswer()
    {
        PathologyAnswer expected = _model.Policy.Answer([_row])[0];
        ChatResponse response = await _client.GetResponseAsync([Question]);
        Assert.Equal(expected.Response, response.Text);
        Assert.Equal(expected.ResponseTokenCount, response.Usage!.OutputTokenCount);
        Assert.Equal(_model.Policy.Encode(_row).TokenIds.Length, response.Usage.InputTokenCount);
        Assert.Equal(expected.IsTruncated ? ChatFinishReason.Length : ChatFinishReason.Stop, response.FinishReason);
        Assert.Equal("pathvlm", response.ModelId);
    }

    [Fact]
    public async Task StreamingGivesTheSameTextInParts()
    {
        ChatResponse whole = await _client.GetResponseAsync([Question]);
        List<ChatResponseUpdate> updates = await _client.GetStreamingResponseAsync([Question]).ToListAsync();
        Assert.True(updates.Count > 3);
        ChatResponse joined = updates.ToChatResponse();
        Assert.Equal(whole.Text, joined.Text);
        Assert.Equal(whole.Usage!.TotalTokenCount, joined.Usage!.TotalTokenCount);
        Assert.Equal(whole.FinishReason, joined.FinishReason);
    }

    [Fact]
    public async Task OptionsChangeWhatIsDecoded()
    {
        ChatResponse two = await _client.GetResponseAsync([Question], new ChatOptions { MaxOutputTokens = 2 });
        Assert.Equal((2, ChatFinishReason.Length), ((int)two.Usage!.OutputTokenCount!, two.FinishReason));
        ChatOptions drawn = new() { Temperature = 1.5f, TopP = 0.95f, Seed = 8 };
        string[] texts = [await Text(drawn), await Text(drawn), await Text(new ChatOptions { Temperature = 1.5f, Seed = 9 })];
        Assert.Equal(texts[0], texts[1]);
        Assert.NotEqual(texts[0], texts[2]);
        string greedy = await Text(new ChatOptions { Temperature = 0 });
        Assert.Equal(_model.Policy.Answer([_row])[0].Response, greedy);
        string stop = greedy.Substring(3, 2);
        Assert.Equal(greedy[..greedy.IndexOf(stop, StringComparison.Ordinal)], await Text(new ChatOptions { StopSequences = [stop] }));

        async Task<string> Text(ChatOptions options) => (await _client.GetResponseAsync([Question], options)).Text;
    }

    [Fact]
    public async Task SeveralTurnsAreWrittenInTheModelsFormat()
    {
        ChatResponse response = await _client.GetResponseAsync(
            [
                new ChatMessage(ChatRole.System, "Be short."), Question, new ChatMessage(ChatRole.Assistant, "A) keratin pearl"),
                new ChatMessage(ChatRole.User, "Why?"),
            ]);
        int expected = _model.Policy.Processor.EncodeIds(
            [
                Modeling.Processing.Chat.ChatMessage.System("Be short."),
                Modeling.Processing.Chat.ChatMessage.User(_model.Policy.Template.UserText(_row.Question), 1),
                Modeling.Processing.Chat.ChatMessage.Assistant("A) keratin pearl"),
                Modeling.Processing.Chat.ChatMessage.User("Why?"),
            ],
            [_model.Policy.Processor.GridOf(_row.RequiredPicture.Height, _row.RequiredPicture.Width)]).Length;
        Assert.Equal(expected, response.Usage!.InputTokenCount);
    }

    public static TheoryData<ChatMessage[], string> FaultyConversations => new()
    {
        { [], "messages: expected one or more, got none" },
        { [new ChatMessage(ChatRole.Assistant, "x")], "messages: expected a user message at the end, got one with role [assistant]" },
        {
            [new ChatMessage(ChatRole.User, "x"), new ChatMessage(ChatRole.System, "y")],
            "messages[1]: expected system messages before all"
        },
        { [new ChatMessage(ChatRole.Tool, "x")], "messages[0].role: expected system, user or assistant, got [tool]" },
        { [new ChatMessage(ChatRole.User, "")], "messages[0]: expected a text or a picture, got neither" },
        {
            [new ChatMessage(ChatRole.User, [new UriContent("http://127.0.0.1:1/x.png", "image/png")])],
            "messages[0]: expected a picture's own bytes (a data URI), got an address; nothing is fetched from elsewhere"
        },
        {
            [new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "audio/wav")])],
            "messages[0]: expected a text or a picture, got data of type [audio/wav]"
        },
    };

    [Theory]
    [MemberData(nameof(FaultyConversations))]
    public async Task AConversationThatTheModelCannotHaveIsRefused(ChatMessage[] messages, string said)
    {
        UnsupportedRequestException refused =
            await Assert.ThrowsAsync<UnsupportedRequestException>(() => _client.GetResponseAsync(messages));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    public static TheoryData<ChatOptions, string> FaultyOptions => new()
    {
        { new ChatOptions { ModelId = "gpt-4o" }, "ModelId: expected [pathvlm] or none, got [gpt-4o]" },
        { new ChatOptions { Temperature = -1 }, "Temperature: expected 0 or more, got -1" },
        { new ChatOptions { Temperature = float.NaN }, "Temperature: expected 0 or more, got NaN" },
        { new ChatOptions { TopP = 0 }, "TopP: expected a number above 0, up to 1, got 0" },
        { new ChatOptions { MaxOutputTokens = 0 }, "MaxOutputTokens: expected 1 or more, got 0" },
        { new ChatOptions { MaxOutputTokens = 25 }, "MaxNewTokens: expected 1 to 24, got 25" },
        { new ChatOptions { PresencePenalty = 0.5f }, "PresencePenalty: expected 0 or none, got 0.5" },
        { new ChatOptions { ResponseFormat = ChatResponseFormat.Json }, "ResponseFormat: expected text or none, got JSON" },
        { new ChatOptions { StopSequences = [""] }, "StopSequences: expected at most 16 texts, none of them empty" },
        { new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "f")] }, "Tools: expected none, got 1" },
    };

    [Theory]
    [MemberData(nameof(FaultyOptions))]
    public async Task AnOptionThatTheModelHasNoRuleForIsRefused(ChatOptions options, string said)
    {
        UnsupportedRequestException refused =
            await Assert.ThrowsAsync<UnsupportedRequestException>(() => _client.GetResponseAsync([Question], options));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFaultyPictureIsToldWithItsMessage()
    {
        InvalidDataException fault = await Assert.ThrowsAsync<InvalidDataException>(() => _client.GetResponseAsync(
            [new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1, 2, 3 }, "image/png")])]));
        Assert.Contains("picture 'of messages[0]' is of no known kind", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheExternalDoorAsksOurOwnModel()
    {
        ExternalModel external = new(
            _client,
            new ExternalModelOptions { Model = "pathvlm", MaxOutputTokens = 24, PromptTemplate = _model.Policy.Template });
        ExternalAnswer answer = (await external.AnswerAsync([_row]))[0];
        PathologyAnswer own = _model.Policy.Answer([_row])[0];
        Assert.Equal((own.Response, own.PredictedAnswer, own.IsTruncated), (answer.Response, answer.PredictedAnswer, answer.IsTruncated));
        Assert.Equal(own.ResponseTokenCount, answer.ResponseTokenCount);
    }

    [Fact]
    public async Task TheJudgesDoorAsksOurOwnModelAndFindsNoReviewInWhatItSays()
    {
        ChatJudgeOptions options = new()
        {
            Model = "pathvlm", MaxOutputTokens = 12, LeaveOut = ChatParameters.JsonSchema | ChatParameters.JsonObject,
        };
        using PathologyTransformer roomy = new MLContext().Pathology().Pretrained(
            TinyCheckpoint.Folder, new PathologyModelOptions { MaxPromptLength = 8192, Decoding = ModelOptions.Decoding });
        using IChatClient client = roomy.Policy.AsChatClient();
        ProcessReviewRequest request = ProcessReviewRequest.Create(
            _row.Question, "<think>Keratin pearls are seen.</think><answer>A) keratin pearl</answer>",
            PictureFile.EncodePng(_row.RequiredPicture));
        JudgeReply reply = await new ChatJudge(client, options).ReviewAsync(request, CancellationToken.None);
        Assert.Null(reply.Findings);
        Assert.Equal(2, reply.Requests);
        Assert.True(reply.OutputTokens > 0);
        JudgeStoppedException stopped = await Assert.ThrowsAsync<JudgeStoppedException>(() => new ChatJudge(
            client, new ChatJudgeOptions { Model = "pathvlm", MaxOutputTokens = 12 }).ReviewAsync(request, CancellationToken.None));
        Assert.Contains("ResponseFormat: expected text or none, got JSON", stopped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServicesShareOneModelAndOneBatch()
    {
        ServiceCollection services = new();
        services.AddPathology(TinyCheckpoint.Folder, options =>
        {
            options.Model.Decoding = ModelOptions.Decoding;
            options.Chat.ModelName = "tiny";
        });
        await using ServiceProvider provider = services.BuildServiceProvider();
        IChatClient client = provider.GetRequiredService<IChatClient>();
        Assert.Same(provider.GetRequiredService<PathologyAnswerer>(), client.GetService<PathologyAnswerer>());
        Assert.Equal("tiny", client.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.Equal(_model.Policy.Answer([_row])[0].Response, (await client.GetResponseAsync([Question])).Text);
    }
}
