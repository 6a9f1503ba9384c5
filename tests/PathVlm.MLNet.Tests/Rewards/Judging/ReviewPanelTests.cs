using System.Runtime.Versioning;
using Microsoft.Extensions.Time.Testing;
using PathVlm.MLNet.Judging.Models;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Records;
using PathVlm.MLNet.Judging.Rubric;
using PathVlm.MLNet.Judging.Scoring;
using PathVlm.Testing;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

public sealed class ReviewPanelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pathvlm-record").FullName;

    private string RecordFile => Path.Combine(_folder, "reviews.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ABlankReasoningIsZeroWithNoCall()
    {
        CountingJudge judge = new();
        using ReviewPanel panel = new(judge);
        ProcessReview review = Assert.Single(await panel.ReviewAsync([JudgeFixture.Request(" \n<|im_end|> ")], CancellationToken.None));
        Assert.Equal((0f, true, 0, 1), (review.Reward, review.Blank, judge.Calls, panel.Statistics.BlankReasonings));
    }

    [Fact]
    public async Task AMissingReviewIsNaN()
    {
        using ReviewPanel panel = new(new CountingJudge(MissingCause.Refused));
        ProcessReview review = Assert.Single(await panel.ReviewAsync([JudgeFixture.Request()], CancellationToken.None));
        Assert.True(float.IsNaN(review.Reward) && float.IsNaN(review.Completeness) && float.IsNaN(review.Soundness));
        Assert.Equal(1, panel.Statistics.Missing[MissingCause.Refused]);
    }

    [Fact]
    public async Task TheSameReviewIsAskedOnceAlsoWhenAskedTogether()
    {
        CountingJudge judge = new();
        using ReviewPanel panel = new(judge);
        await panel.ReviewAsync(
            [JudgeFixture.Request(), JudgeFixture.Request(), JudgeFixture.Request(chosen: "A")], CancellationToken.None);
        await panel.ReviewAsync([JudgeFixture.Request()], CancellationToken.None);
        Assert.Equal((2, 2), (judge.Calls, panel.Statistics.CacheHits));
    }

    [Fact]
    public async Task AnOfflineJudgeIsNotHeldToReviewsAMinute()
    {
        FakeTimeProvider time = new(); // stands still: a review that waited for the next minute would wait for ever
        ReviewPanelOptions options = new() { ReviewsPerMinute = 2 };
        ProcessReviewRequest[] requests =
            [.. Enumerable.Range(0, 8).Select(number => JudgeFixture.Request($"{JudgeFixture.Reasoning} Number {number}."))];
        using ReviewPanel offline = new(new RubricJudge(), options, time), served = new(new CountingJudge(), options, time);
        Assert.Equal(8, (await offline.ReviewAsync(requests, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30))).Length);
        using CancellationTokenSource impatient = new();
        Task<ProcessReview[]> waiting = served.ReviewAsync(requests, impatient.Token);
        Assert.Equal((2, false), (served.Statistics.Asked, waiting.IsCompleted));
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Theory]
    [InlineData(RecordText.Full)]
    [InlineData(RecordText.None)]
    public async Task AResumedRunCallsNobodyTwice(RecordText text)
    {
        ReviewPanelOptions options = new() { RecordFile = RecordFile, RecordText = text };
        float reward;
        using (ReviewPanel first = new(new CountingJudge(), options))
            reward = (await first.ReviewAsync([JudgeFixture.Request()], CancellationToken.None))[0].Reward;
        CountingJudge judge = new();
        using ReviewPanel second = new(judge, options);
        ProcessReview review = (await second.ReviewAsync([JudgeFixture.Request()], CancellationToken.None))[0];
        Assert.Equal((reward, 0, true), (review.Reward, judge.Calls, review.Cached));
        Assert.Equal(1f, reward);
    }

    [Fact]
    public async Task ARecordKeepsHashesInsteadOfTextsWhenAskedTo()
    {
        using (ReviewPanel panel = new(
            new CountingJudge(), new ReviewPanelOptions { RecordFile = RecordFile, RecordText = RecordText.None }))
            await panel.ReviewAsync([JudgeFixture.Request()], CancellationToken.None);
        string text = await File.ReadAllTextAsync(RecordFile);
        Assert.DoesNotContain("vacuole", text, StringComparison.Ordinal);
        Assert.Contains("sha256:", text, StringComparison.Ordinal);
    }

    [UnixFact("file modes"), UnsupportedOSPlatform("windows")]
    public async Task ARecordIsItsOwnersAlone()
    {
        using (ReviewPanel panel = new(new CountingJudge(), new ReviewPanelOptions { RecordFile = RecordFile }))
            await panel.ReviewAsync([JudgeFixture.Request()], CancellationToken.None);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(RecordFile));
    }

    [Fact]
    public async Task ARecordIsReplayedWithoutNetworkAndWhatItLacksIsMissing()
    {
        using (ReviewPanel panel = new(new CountingJudge(), new ReviewPanelOptions { RecordFile = RecordFile }))
            await panel.ReviewAsync([JudgeFixture.Request()], CancellationToken.None);
        using ReviewPanel replay = new(new RecordedJudge(RecordFile));
        ProcessReview[] reviews =
            await replay.ReviewAsync([JudgeFixture.Request(), JudgeFixture.Request(chosen: "C")], CancellationToken.None);
        Assert.Equal(1f, reviews[0].Reward);
        Assert.Equal(MissingCause.NotRecorded, reviews[1].Missing);
    }

    [Fact]
    public async Task AChangedLineOfARecordIsRefusedWithItsNumber()
    {
        using (ReviewPanel panel = new(new CountingJudge(), new ReviewPanelOptions { RecordFile = RecordFile }))
            await panel.ReviewAsync([JudgeFixture.Request(), JudgeFixture.Request(chosen: "A")], CancellationToken.None);
        string text = await File.ReadAllTextAsync(RecordFile);
        await File.WriteAllTextAsync(RecordFile, text.Replace("\"completeness\":10", "\"completeness\":6", StringComparison.Ordinal));
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => ReviewRecord.Open(RecordFile));
        Assert.Contains("line 1: the line was changed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALastLineCutByACrashIsTakenOff()
    {
        using (ReviewPanel panel = new(new CountingJudge(), new ReviewPanelOptions { RecordFile = RecordFile }))
            await panel.ReviewAsync([JudgeFixture.Request()], CancellationToken.None);
        await File.AppendAllTextAsync(RecordFile, "{\"time\":\"2026");
        using (ReviewRecord record = ReviewRecord.Open(RecordFile)) Assert.Single(record.Lines);
        Assert.Single(ReviewRecord.Read(RecordFile));
    }

    [Fact]
    public async Task TooManyMissingReviewsStopTheRunWithOneLine()
    {
        using ReviewPanel panel =
            new(new CountingJudge(MissingCause.ServerBusy), new ReviewPanelOptions { MissingWindow = 20, Concurrency = 1 });
        JudgeStoppedException stopped =
            await Assert.ThrowsAsync<JudgeStoppedException>(() => panel.ReviewAsync(Different(30), CancellationToken.None));
        Assert.Contains("20 of the last 20 reviews are missing", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("ServerBusy 20", stopped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASpentBudgetStopsTheRun()
    {
        using ReviewPanel panel = new(new CountingJudge(), new ReviewPanelOptions { Budget = 0.01m, Concurrency = 1 });
        JudgeStoppedException stopped =
            await Assert.ThrowsAsync<JudgeStoppedException>(() => panel.ReviewAsync(Different(10), CancellationToken.None));
        Assert.Contains("budget is spent", stopped.Message, StringComparison.Ordinal);
        Assert.Equal(3, panel.Statistics.Asked); // 0.0045 a review: the third passes 0.01
    }

    [Fact]
    public async Task WhatTheRecordsLinesCostCountsAgainstTheBudget()
    {
        using (ReviewPanel first = new(new CountingJudge(), new ReviewPanelOptions { RecordFile = RecordFile }))
            await first.ReviewAsync(Different(2), default);
        CountingJudge judge = new();
        using ReviewPanel second = new(judge, new ReviewPanelOptions { RecordFile = RecordFile, Budget = 0.01m, Concurrency = 1 });
        JudgeStoppedException stopped = await Assert.ThrowsAsync<JudgeStoppedException>(() => second.ReviewAsync(Different(10), default));
        Assert.Equal("the judge's budget is spent: 0.01 of 0.01 after 1 reviews, 0.01 of it by what the record held (Budget)",
            stopped.Message);
        Assert.Equal((1, 0.0045m), (judge.Calls, second.Statistics.Price)); // 0.009 stood in the record
    }

    [Fact]
    public async Task ABudgetStopsWhereTheServerDoesNotTellTokens()
    {
        RepliesJudge silent = new(_ => RepliesJudge.Reply(JudgeFixture.ValidReview, inputTokens: 0, outputTokens: 0));
        using ReviewPanel bounded = new(silent, new ReviewPanelOptions { Budget = 5, Concurrency = 1, RecordFile = RecordFile }),
            free = new(silent);
        JudgeStoppedException stopped = await Assert.ThrowsAsync<JudgeStoppedException>(() => bounded.ReviewAsync(Different(4), default));
        Assert.Contains("does not report the tokens of a reply (usage), so the budget of 5.00 cannot be kept", stopped.Message,
            StringComparison.Ordinal);
        Assert.Single(silent.Asked);
        Assert.Equal(4, (await free.ReviewAsync(Different(4), default)).Length);
    }

    [Fact]
    public async Task ABudgetIsNoReasonToStopAnOfflineJudgeOrOneThatDidNotAnswer()
    {
        ReviewPanelOptions options = new() { Budget = 5 };
        using ReviewPanel offline = new(new RubricJudge(), options),
            unreachable = new(new CountingJudge(MissingCause.Unreachable), options);
        Assert.Equal(2, (await offline.ReviewAsync(Different(2), default)).Length);
        Assert.Equal(2, (await unreachable.ReviewAsync(Different(2), default)).Length);
    }

    [Fact]
    public async Task TheBoundOnRequestsHoldsAReviewsFurtherRequestsAndTheirTurnIsNotTheServersTime()
    {
        DateTimeOffset start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
        FakeTimeProvider time = new(start);
        await using ScriptedServer server = await ScriptedServer.StartAsync(
            ScriptedServer.Status(500), ScriptedServer.Status(500), ScriptedServer.Completion(JudgeFixture.ValidReview));
        ChatJudge judge = JudgeFixture.Judge(
            server, time, new ChatJudgeOptions { Backoff = TimeSpan.Zero, ReviewTime = TimeSpan.FromSeconds(50) });
        using ReviewPanel panel = new(judge, new ReviewPanelOptions { ReviewsPerMinute = 2 }, time);
        Task<ProcessReview[]> reviews = panel.ReviewAsync([JudgeFixture.Request()], default);
        while (!reviews.IsCompleted)
        {
            await Task.WhenAny(reviews, Task.Delay(30));
            if (server.RequestCount == 2) time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal((1f, 3), ((await reviews)[0].Reward, panel.Statistics.Requests));
        Assert.True(time.GetUtcNow() - start >= TimeSpan.FromMinutes(1),
            $"the third request came after {time.GetUtcNow() - start}, with two in any minute");
    }

    [Fact]
    public async Task AtMostSoManyReviewsAreUnderWayAtOnce()
    {
        CountingJudge judge = new(delay: TimeSpan.FromMilliseconds(20));
        using ReviewPanel panel = new(judge, new ReviewPanelOptions { Concurrency = 3 });
        await panel.ReviewAsync(Different(12), CancellationToken.None);
        Assert.Equal((12, 3), (judge.Calls, judge.MostAtOnce));
    }

    [Fact]
    public async Task CancellationPassesThrough()
    {
        using ReviewPanel panel = new(new CountingJudge(delay: TimeSpan.FromMinutes(5)));
        using CancellationTokenSource cancel = new(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => panel.ReviewAsync(Different(3), cancel.Token));
    }

    [Fact]
    public void AllFaultsOfTheOptionsAreToldAtOnce()
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(
            () => new ReviewPanel(new CountingJudge(), new ReviewPanelOptions { Concurrency = 0, MaxMissingRate = double.NaN }));
        Assert.Contains("Concurrency: expected 1 or more, got 0; MaxMissingRate: expected 0 to 1, got NaN", error.Message,
            StringComparison.Ordinal);
    }

    private static ProcessReviewRequest[] Different(int count) =>
        [.. Enumerable.Range(0, count).Select(index => JudgeFixture.Request($"{JudgeFixture.Reasoning} Number {index}."))];
}
