using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Scoring;
using PathVlm.MLNet.Tests.Rewards.Judging;

namespace PathVlm.MLNet.Tests.Judging.Panel;

/// <summary>The first review of a judge, which shows whether it can be asked at all.</summary>
public sealed class ReachingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pathvlm-reaching").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AJudgeThatRefusesTheFirstReviewIsAskedOnce()
    {
        RepliesJudge judge = new(_ => throw new JudgeStoppedException("the judge answered 400: temperature"));
        using ReviewPanel panel = new(judge);
        await Assert.ThrowsAsync<JudgeStoppedException>(() => panel.ReviewAsync(Requests(20), default));
        Assert.Single(judge.Asked);
    }

    [Fact]
    public async Task AJudgeThatIsNotReachedIsAskedOnceABlockAndAllOfItIsMissing()
    {
        CountingJudge judge = new(MissingCause.Unreachable);
        using ReviewPanel panel = new(judge);
        for (int block = 1; block <= 2; block++)
        {
            ProcessReview[] reviews = await panel.ReviewAsync(Requests(20), default);
            Assert.All(reviews, review => Assert.Equal(MissingCause.Unreachable, review.Missing));
            Assert.Equal((block, 20 * block), (judge.Calls, panel.Statistics.Missing[MissingCause.Unreachable]));
        }
    }

    [Fact]
    public async Task OnceReachedReviewsAreAskedForTogether()
    {
        CountingJudge judge = new(delay: TimeSpan.FromMilliseconds(20));
        using ReviewPanel panel = new(judge, new ReviewPanelOptions { Concurrency = 4 });
        await panel.ReviewAsync(Requests(9), default);
        Assert.Equal((9, 9), (judge.Calls, panel.Statistics.Asked));
        Assert.InRange(judge.MostAtOnce, 2, 4);
    }

    [Fact]
    public async Task MissesThatARecordAnswersCountTowardsTheLimit()
    {
        string record = Path.Combine(_folder, "reviews.jsonl");
        using (ReviewPanel first = new(new CountingJudge(MissingCause.Refused), Options(maxMissingRate: 1)))
            await first.ReviewAsync(Requests(4), default);
        CountingJudge judge = new();
        using ReviewPanel second = new(judge, Options(maxMissingRate: 0.5));
        JudgeStoppedException stopped = await Assert.ThrowsAsync<JudgeStoppedException>(() => second.ReviewAsync(Requests(4), default));
        Assert.Contains("of the last 4 reviews are missing, more than 50 % (MaxMissingRate): Refused 4",
            stopped.Message.Replace("50%", "50 %", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(0, judge.Calls);

        ReviewPanelOptions Options(double maxMissingRate) =>
            new() { RecordFile = record, MissingWindow = 4, MaxMissingRate = maxMissingRate };
    }

    private static ProcessReviewRequest[] Requests(int count) =>
        [.. Enumerable.Range(0, count).Select(number => JudgeFixture.Request($"{JudgeFixture.Reasoning} Number {number}."))];
}
