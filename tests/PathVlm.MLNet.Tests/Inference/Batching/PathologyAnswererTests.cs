using Microsoft.Extensions.AI;
using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Data.Pictures;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Batching;
using PathVlm.MLNet.Inference.Policies;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.Modeling.Generation.Sampling;

namespace PathVlm.MLNet.Tests.Inference.Batching;

public sealed class PathologyAnswererTests : IDisposable
{
    private readonly PathologyTransformer _model = new MLContext().Pathology().Pretrained(
        TinyCheckpoint.Folder, new PathologyModelOptions { Decoding = new SamplingOptions { Greedy = true, MaxNewTokens = 24 } });

    private PathologyRow[] Rows { get; } =
        [.. PathologyRows.Read(TinyCheckpoint.Rows([.. Enumerable.Repeat("Rl", 12)]), PathologyRowNeeds.Image)];

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task ManyCallersGetThePolicysOwnAnswers()
    {
        PathologyAnswer[] expected = [.. Rows.Select(row => _model.Policy.Answer([row])[0])];
        using PathologyAnswerer answerer = new(_model.Policy, new PathologyBatchOptions { RowLimit = 5 });
        PathologyAnswer[] answers = await Task.WhenAll(Rows.Select(row => answerer.AnswerAsync(row)));
        Assert.Equal(expected, answers);
        BatchStatistics statistics = answerer.Statistics;
        Assert.Equal((12, 0, 0), (statistics.Answered, statistics.Waiting, statistics.RunningRows));
        Assert.Equal(answers.Sum(answer => answer.ResponseTokenCount), statistics.CompletionTokens);
    }

    [Fact]
    public async Task AnMLImageIsAnsweredAsItsRow()
    {
        using PathologyAnswerer answerer = new(_model.Policy);
        using MLImage image = MLImages.FromPicture(Rows[1].RequiredPicture);
        PathologyInput input = new() { Image = image, Question = Rows[1].Question.Question, Options = [.. Rows[1].Question.Options] };
        Assert.Equal(_model.Policy.Answer([Rows[1]])[0], await answerer.AnswerAsync(input));
    }

    [Fact]
    public async Task ThePolicyAnswersOthersWhileTheBatchRuns()
    {
        using PathologyAnswerer answerer = new(_model.Policy);
        PathologyAnswer expected = _model.Policy.Answer([Rows[0]])[0];
        Task<PathologyAnswer[]> batch = Task.WhenAll(Rows.Select(row => answerer.AnswerAsync(row)));
        Assert.Equal(expected, await Task.Run(() => _model.Policy.Answer([Rows[0]])[0]));
        Assert.Equal(expected, (await batch)[0]);
    }

    [Fact]
    public async Task OneRequestTooManyIsRefusedAndCostsNothing()
    {
        using PathologyAnswerer answerer = new(_model.Policy, new PathologyBatchOptions { RowLimit = 1, QueueLimit = 2 });
        Task<PathologyAnswer>[] asked = [.. Enumerable.Range(0, 12).Select(row => answerer.AnswerAsync(Rows[row]))];
        int refused = 0;
        foreach (Task<PathologyAnswer> each in asked)
            try
            {
                await each;
            }
            catch (BatchQueueFullException full)
            {
                refused++;
                Assert.Contains("expected at most 2 waiting requests", full.Message, StringComparison.Ordinal);
            }

        Assert.InRange(refused, 1, 10);
        BatchStatistics statistics = answerer.Statistics;
        Assert.Equal((12 - refused, refused, 0), (statistics.Answered, statistics.Refused, statistics.Waiting));
        Assert.Equal(_model.Policy.Answer([Rows[3]])[0], await answerer.AnswerAsync(Rows[3]));
    }

    [Fact]
    public async Task ACancelledRequestLeavesTheBatchAndTheQueue()
    {
        using PathologyAnswerer answerer = new(_model.Policy, new PathologyBatchOptions { RowLimit = 1, MaxNewTokens = 1000 });
        await UntilCaughtAsync(async attempt =>
        {
            using CancellationTokenSource cancel = new();
            using RunningCompletion running = await answerer.CompleteAsync(Hello, LongOne(attempt), cancel.Token);
            await using IAsyncEnumerator<CompletionPart> parts = running.GetAsyncEnumerator();
            Assert.True(await parts.MoveNextAsync());
            Task<PathologyAnswer> waiting = answerer.AnswerAsync(Rows[0], cancel.Token);
            long before = answerer.Statistics.Cancelled;
            await cancel.CancelAsync();
            try
            {
                await waiting;
                return false;
            }
            catch (OperationCanceledException)
            {
            }

            CompletionPart last = parts.Current;
            try
            {
                while (await parts.MoveNextAsync()) last = parts.Current;
                Assert.NotNull(last.End);
                return false;
            }
            catch (OperationCanceledException)
            {
                Assert.Null(last.End);
            }

            Assert.Equal(_model.Policy.Answer([Rows[0]])[0], await answerer.AnswerAsync(Rows[0]));
            Assert.InRange(answerer.Statistics.Cancelled, before + 1, before + 2);
            return true;
        });
    }

    [Fact]
    public async Task AnAbandonedRequestMakesRoom()
    {
        using PathologyAnswerer answerer = new(_model.Policy, new PathologyBatchOptions { RowLimit = 1, MaxNewTokens = 1000 });
        await UntilCaughtAsync(async attempt =>
        {
            using (RunningCompletion left = await answerer.CompleteAsync(Hello, LongOne(attempt)))
                await foreach (CompletionPart _ in left)
                    break;

            Assert.Equal(_model.Policy.Answer([Rows[0]])[0], await answerer.AnswerAsync(Rows[0]));
            return answerer.Statistics.Cancelled == 1;
        });
    }

    [Fact]
    public async Task DisposingEndsWhatIsNotAnsweredWithAClearError()
    {
        await UntilCaughtAsync(async attempt =>
        {
            PathologyAnswerer answerer = new(_model.Policy, new PathologyBatchOptions { RowLimit = 1, MaxNewTokens = 1000 });
            using RunningCompletion running = await answerer.CompleteAsync(Hello, LongOne(attempt));
            answerer.Dispose();
            bool isCaught = false;
            try
            {
                await foreach (CompletionPart _ in running)
                {
                }
            }
            catch (ObjectDisposedException ended)
            {
                isCaught = true;
                Assert.Contains("before the request was answered", ended.Message, StringComparison.Ordinal);
            }

            await Assert.ThrowsAsync<ObjectDisposedException>(() => answerer.AnswerAsync(Rows[0]));
            Assert.NotEmpty(_model.Policy.Answer([Rows[0]]));
            return isCaught;
        });
    }

    [Fact]
    public async Task SeveralCompletionsOfASeedAreTheSameEachTime()
    {
        using PathologyAnswerer answerer = new(_model.Policy);
        CompletionSettings settings = new() { Sampling = new SamplingOptions { MaxNewTokens = 8 }, Seed = 3, Completions = 4 };
        string[][] texts = await Task.WhenAll(Texts(), Texts());
        Assert.Equal(texts[0], texts[1]);
        Assert.True(texts[0].Distinct().Count() > 1);

        async Task<string[]> Texts()
        {
            using RunningCompletion stream = await answerer.CompleteAsync([new ChatMessage(ChatRole.User, "What is this?")], settings);
            string[] all = new string[4];
            await foreach (CompletionPart part in stream) all[part.Completion] += part.Text;
            return all;
        }
    }

    [Fact]
    public async Task APromptThatIsTooLongFailsAloneAndNamesTheLengths()
    {
        using PathologyAnswerer answerer = new(_model.Policy);
        InvalidDataException fault = await Assert.ThrowsAsync<InvalidDataException>(
            () => answerer.CompleteAsync([new ChatMessage(ChatRole.User, new string('x', 9000))]));
        Assert.Contains("expected a prompt of at most 1024 tokens", fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, answerer.Statistics.Waiting);
    }

    [Fact]
    public void OptionsOutOfRangeAreAllNamed()
    {
        ArgumentOutOfRangeException fault = Assert.Throws<ArgumentOutOfRangeException>(
            () => new PathologyAnswerer(_model.Policy, new PathologyBatchOptions { RowLimit = 0, QueueLimit = -1 }));
        Assert.Contains(
            "RowLimit: expected 1 to 4,096, got 0; QueueLimit: expected 1 or more, got -1", fault.Message, StringComparison.Ordinal);
    }

    private static ChatMessage[] Hello => [new ChatMessage(ChatRole.User, "hello")];

    private static CompletionSettings LongOne(int seed) => new()
    {
        Sampling = new SamplingOptions { MaxNewTokens = 1000, Temperature = 50 }, Seed = seed, ReportsEachToken = true,
    };

    // The model is so small that a completion may be over before the test gets to cancel it; another one is then begun.
    private static async Task UntilCaughtAsync(Func<int, Task<bool>> attempt)
    {
        for (int number = 1; number <= 50; number++)
            if (await attempt(number)) return;
        Assert.Fail("50 completions of up to 1,000 tokens were over before they could be cancelled");
    }
}
