using System.ClientModel;
using System.Net;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;
using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.MLNet.Inference.External;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Judging.Models;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.Modeling.Processing.Pictures;
using PathVlm.Serving.Tests.Support;
using PathVlm.Testing;

namespace PathVlm.Serving.Tests;

public sealed class PathologyServerTests
{
    [Fact]
    public async Task ClientsAtOnceOnTheEmbeddedModelGetPredictsAnswers()
    {
        string embedded = Path.Combine(ReferenceSet.Repository, "data", "base");
        await using RunningServer server = await RunningServer.StartAsync(checkpoint: embedded, tokens: 96);
        PathologyRow[] rows = RunningServer.Rows(64);
        string[] expected = [.. rows.Select(row => server.Model.Policy.Answer([row])[0].Response)];
        string[] answers = new string[64];
        await Parallel.ForAsync(0, 16, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (client, cancellation) =>
        {
            for (int request = 0; request < 4; request++)
            {
                int index = (client * 4) + request;
                (HttpStatusCode status, string text) = await server.PostAsync(server.Body(rows[index]), cancellation);
                Assert.Equal(HttpStatusCode.OK, status);
                answers[index] = Content(text);
            }
        });
        Assert.Equal(expected, answers);
    }

    [Fact]
    public async Task TheOpenAiClientTalksToIt()
    {
        await using RunningServer server = await RunningServer.StartAsync(key: "secret");
        ChatClient client = OpenAi(server).GetChatClient("pathvlm");
        UserChatMessage question = new(
            ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(PictureFile.EncodePng(server.Row.RequiredPicture)), "image/png"),
            ChatMessageContentPart.CreateTextPart(server.Question));
        PathologyAnswer expected = server.Model.Policy.Answer([server.Row])[0];
        ChatCompletion whole = await client.CompleteChatAsync([question], new ChatCompletionOptions { IncludeLogProbabilities = true });
        Assert.Equal(expected.Response, whole.Content[0].Text);
        Assert.Equal(expected.ResponseTokenCount, whole.Usage.OutputTokenCount);
        Assert.Equal(expected.ResponseTokenCount, whole.ContentTokenLogProbabilities.Count);
        Assert.Equal(expected.IsTruncated ? OpenAI.Chat.ChatFinishReason.Length : OpenAI.Chat.ChatFinishReason.Stop, whole.FinishReason);
        string streamed = "";
        ChatTokenUsage? usage = null;
        await foreach (StreamingChatCompletionUpdate update in client.CompleteChatStreamingAsync(question))
        {
            streamed += string.Concat(update.ContentUpdate.Select(part => part.Text));
            usage = update.Usage ?? usage;
        }

        Assert.Equal(expected.Response, streamed);
        Assert.Equal(whole.Usage.TotalTokenCount, usage!.TotalTokenCount);
        Assert.Equal("pathvlm", (await OpenAi(server).GetOpenAIModelClient().GetModelsAsync()).Value.Single().Id);
        ClientResultException refused = await Assert.ThrowsAsync<ClientResultException>(
            () => client.CompleteChatAsync([question], new ChatCompletionOptions { FrequencyPenalty = 1 }));
        Assert.Contains("frequency_penalty: expected 0 or none, got 1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SeveralCompletionsComeWithTheirLogProbabilitiesAndIds()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        string body = server.Body(
            server.Row, ",\"n\":3,\"temperature\":1.3,\"seed\":5,\"max_tokens\":6,\"logprobs\":true,\"return_token_ids\":true");
        (HttpStatusCode status, string text) = await server.PostAsync(body);
        Assert.True(status == HttpStatusCode.OK, text);
        Assert.Equal(Contents(text), Contents((await server.PostAsync(body)).Text));
        Assert.Equal(3, Contents(text).Distinct().Count());
        using JsonDocument reply = JsonDocument.Parse(text);
        foreach (JsonElement choice in reply.RootElement.GetProperty("choices").EnumerateArray())
        {
            JsonElement[] tokens = [.. choice.GetProperty("logprobs").GetProperty("content").EnumerateArray()];
            Assert.InRange(tokens.Length, 1, 6);
            Assert.All(tokens, token => Assert.True(token.GetProperty("logprob").GetDouble() <= 0));
            int[] ids = [.. tokens.Select(token => token.GetProperty("token_id").GetInt32())];
            Assert.Equal(
                choice.GetProperty("message").GetProperty("content").GetString(),
                server.Model.Policy.Processor.Tokenizer.Decode(ids, skipSpecial: true));
        }
    }

    [Fact]
    public async Task OurExternalDoorAndOurJudgeTalkToIt()
    {
        await using RunningServer server = await RunningServer.StartAsync(key: "secret", promptLength: 8192);
        Uri address = new(server.Server.Address, "v1");
        ExternalModel external = ExternalModel.Create(
            address, "secret",
            new ExternalModelOptions { Model = "pathvlm", MaxOutputTokens = 24, PromptTemplate = server.Model.Policy.Template });
        ExternalAnswer answer = (await external.AnswerAsync([server.Row]))[0];
        Assert.Equal(server.Model.Policy.Answer([server.Row])[0].Response, answer.Response);
        ProcessReviewRequest request = ProcessReviewRequest.Create(
            server.Row.Question, "<think>Pearls.</think><answer>A) keratin pearl</answer>",
            PictureFile.EncodePng(server.Row.RequiredPicture));
        ChatJudgeOptions plain = new()
        {
            Model = "pathvlm", MaxOutputTokens = 12, LeaveOut = ChatParameters.JsonSchema | ChatParameters.JsonObject,
        };
        JudgeReply reply = await OpenAiJudge.Create(address, "secret", plain).ReviewAsync(request, CancellationToken.None);
        Assert.Equal((null, 2), (reply.Findings, reply.Requests));
        Assert.True(reply.OutputTokens > 0);
        JudgeStoppedException schema = await Assert.ThrowsAsync<JudgeStoppedException>(() => OpenAiJudge.Create(
            address, "secret", new ChatJudgeOptions { Model = "pathvlm", MaxOutputTokens = 12 })
                .ReviewAsync(request, CancellationToken.None));
        Assert.Contains("response_format: expected text or none, got JSON", schema.Message, StringComparison.Ordinal);
        JudgeStoppedException key = await Assert.ThrowsAsync<JudgeStoppedException>(
            () => OpenAiJudge.Create(address, "wrong", plain).ReviewAsync(request, CancellationToken.None));
        Assert.Contains("401", key.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheKeyIsAskedForWhereverTheModelIs()
    {
        await using RunningServer server = await RunningServer.StartAsync(key: "secret");
        foreach (string path in new[] { "/v1/models", "/v1/models/pathvlm", "/metrics" })
            Assert.Equal(HttpStatusCode.Unauthorized, (await server.Client.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.PostAsync(server.Body(server.Row))).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/health")).StatusCode);
        server.Client.DefaultRequestHeaders.Authorization = new("Bearer", "secret");
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync("/v1/models")).StatusCode);
        string metrics = await server.Client.GetStringAsync("/metrics");
        Assert.Contains("\npathvlm_requests_answered_total 0\n", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnAddressThatOthersReachTakesAKey()
    {
        await using RunningServer server = await RunningServer.StartAsync();
        ArgumentException refused = Assert.Throws<ArgumentException>(
            () => new PathologyServer(server.Answerer, new PathologyServerOptions { Address = "0.0.0.0" }));
        Assert.Contains("key: expected one where others can reach the address [0.0.0.0]", refused.Message, StringComparison.Ordinal);
        ArgumentOutOfRangeException options = Assert.Throws<ArgumentOutOfRangeException>(
            () => new PathologyServer(server.Answerer, new PathologyServerOptions { Address = "here", Port = 70000, MaxBodyBytes = 1 }));
        Assert.Contains("Port: expected 0 to 65,535, got 70000", options.Message, StringComparison.Ordinal);
        Assert.Contains("Address: expected an IP address, got [here]", options.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StoppingLetsRunningRequestsEnd()
    {
        await using RunningServer server = await RunningServer.StartAsync(new PathologyBatchOptions { MaxNewTokens = 400 });
        Task<(HttpStatusCode Status, string Text)> running =
            server.PostAsync(server.Body(server.Row, ",\"max_tokens\":400,\"temperature\":50,\"seed\":1"));
        while (server.Answerer.Statistics.CompletionTokens == 0) await Task.Delay(5);
        await server.Server.StopAsync();
        (HttpStatusCode status, string text) = await running;
        Assert.True(status == HttpStatusCode.OK, text);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => server.Client.GetAsync("/health"));
    }

    private static OpenAIClient OpenAi(RunningServer server) =>
        new(new ApiKeyCredential("secret"), new OpenAIClientOptions { Endpoint = new Uri(server.Server.Address, "v1") });

    private static string Content(string reply) => Contents(reply).Single();

    private static string[] Contents(string reply)
    {
        using JsonDocument read = JsonDocument.Parse(reply);
        return [.. read.RootElement.GetProperty("choices").EnumerateArray()
            .Select(choice => choice.GetProperty("message").GetProperty("content").GetString()!)];
    }
}
