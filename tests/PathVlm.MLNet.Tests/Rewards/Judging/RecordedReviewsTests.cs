using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Records;
using PathVlm.MLNet.Judging.Scoring;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

/// <summary>What memory and record answer, and what is asked again.</summary>
public sealed class RecordedReviewsTests : IDisposable
{
    private const string Failing = $"{JudgeFixture.Reasoning} This one fails.";
    private static readonly string NotShown = JudgeFixture.ValidReview.Replace("\"yes\"", "\"no\"", StringComparison.Ordinal);
    private const string NoStepOneViolation =
        """
        {"visual_analysis":{"quote":null,"shown_in_image":"cannot_tell","present":false},
         "option_elimination":{"rejected":[],"present":false},
         "knowledge":{"quote":null,"fact":null,"present":false},
         "violations":[{"kind":"contradiction","quote":"single clear vacuole","why":"w"}],"unable_to_judge":null}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("pathvlm-recorded").FullName;

    private string RecordFile => Path.Combine(_folder, "reviews.jsonl");

    public static TheoryData<MissingCause> Causes => [.. Enum.GetValues<MissingCause>()];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Causes))]
    public async Task ASecondRunAsksAgainForWhatFailedInPassingAndForNobodyElse(MissingCause cause)
    {
        bool stays = cause
            is MissingCause.Refused or MissingCause.ContentFilter or MissingCause.UnableToJudge or MissingCause.RequestTooLarge;
        RepliesJudge outage = new(reasoning => reasoning == Failing ? JudgeReply.WithoutFindings(cause, 1) : RepliesJudge.Good),
            after = new(_ => RepliesJudge.Good);
        float[] first = await RewardsAsync(outage), second = await RewardsAsync(after);
        Assert.Equal([1, float.NaN], first);
        Assert.Equal([1, stays ? float.NaN : 1], second);
        Assert.Equal(stays ? [] : [Failing], after.Asked);
        RepliesJudge third = new(_ => RepliesJudge.Good);
        await RewardsAsync(third);
        Assert.Empty(third.Asked);

        async Task<float[]> RewardsAsync(IProcessJudge judge)
        {
            using ReviewPanel panel = new(judge, new ReviewPanelOptions { RecordFile = RecordFile });
            return [.. (await panel.ReviewAsync([JudgeFixture.Request(), JudgeFixture.Request(Failing)], default))
                .Select(review => review.Reward)];
        }
    }

    [Fact]
    public async Task AMissThatPassesIsNotKeptInMemoryEitherSoThatAnOutageStaysInSight()
    {
        CountingJudge judge = new(MissingCause.Unreachable);
        using ReviewPanel panel = new(judge, new ReviewPanelOptions { MissingWindow = 2 });
        await panel.ReviewAsync([JudgeFixture.Request()], default);
        JudgeStoppedException stopped =
            await Assert.ThrowsAsync<JudgeStoppedException>(() => panel.ReviewAsync([JudgeFixture.Request()], default));
        Assert.Contains("2 of the last 2 reviews are missing", stopped.Message, StringComparison.Ordinal);
        Assert.Equal(2, judge.Calls);
    }

    [Fact]
    public async Task AReplayTellsAnOutageAsWhatItWasUntilItWasAskedAgain()
    {
        foreach (JudgeReply reply in new[] { JudgeReply.WithoutFindings(MissingCause.ServerBusy, 5), RepliesJudge.Good })
        {
            using (ReviewPanel panel = new(new RepliesJudge(_ => reply), new ReviewPanelOptions { RecordFile = RecordFile }))
                await panel.ReviewAsync([JudgeFixture.Request()], default);
            JudgeReply replayed = await new RecordedJudge(RecordFile).ReviewAsync(JudgeFixture.Request(), default);
            Assert.Equal((reply.Missing, reply.Findings is null), (replayed.Missing, replayed.Findings is null));
        }
    }

    [Theory]
    [InlineData(true, 0.8f)]
    [InlineData(false, 1f)]
    public async Task PointsOfAnotherSettingAreGivenAnewFromTheReplyThatWasKept(bool requireShownInImage, float expected)
    {
        await ReviewAsync(new RepliesJudge(_ => RepliesJudge.Reply(NotShown)), !requireShownInImage, RecordText.Full);
        RepliesJudge second = new(_ => RepliesJudge.Good);
        ProcessReview review = await ReviewAsync(second, requireShownInImage, RecordText.Full);
        Assert.Equal((expected, true), (review.Reward, review.Cached));
        Assert.Empty(second.Asked);
        Assert.Equal(requireShownInImage, review.Findings.Contains("not shown in the picture", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhereOnlyHashesWereKeptAnotherSettingIsAskedForOnceEach()
    {
        RepliesJudge judge = new(_ => RepliesJudge.Reply(NotShown));
        foreach ((bool requireShownInImage, float expected, int asked) in new[] { (true, 0.8f, 1), (false, 1f, 2), (true, 0.8f, 2),
            (false, 1f, 2) })
            Assert.Equal((expected, asked), ((await ReviewAsync(judge, requireShownInImage, RecordText.None)).Reward, judge.Asked.Count));
    }

    [Theory]
    [InlineData(RecordText.Full)]
    [InlineData(RecordText.None)]
    public async Task SoundnessFollowsTheSettingOfTheReaderWhateverTheRecordWasMadeWithAndNobodyIsAskedAgain(RecordText text)
    {
        foreach ((bool needsStep, float expected) in new[] { (false, .3f), (true, 0f), (false, .3f) })
        {
            RepliesJudge judge = new(_ => RepliesJudge.Reply(NoStepOneViolation));
            using ReviewPanel panel =
                new(judge, new ReviewPanelOptions { RecordFile = RecordFile, RecordText = text, SoundnessNeedsStep = needsStep });
            ProcessReview review = (await panel.ReviewAsync([JudgeFixture.Request()], default))[0];
            Assert.Equal((expected, 0f), (review.Reward, review.Completeness));
            Assert.Contains("Contradiction", review.Findings, StringComparison.Ordinal);
        }

        Assert.Single(await File.ReadAllLinesAsync(RecordFile));
    }

    [Theory]
    [InlineData(RecordText.Full, 0)]
    [InlineData(RecordText.None, 1)]
    public async Task PointsWhoseSettingIsNotKnownAreNotTaken(RecordText text, int asked)
    {
        await ReviewAsync(new RepliesJudge(_ => RepliesJudge.Reply(NotShown)), requireShownInImage: false, text);
        string line = await File.ReadAllTextAsync(RecordFile);
        // As a version wrote it that knew neither the setting nor the chain.
        string without = line.Replace("\"require_shown_in_image\":false,", "", StringComparison.Ordinal);
        without = without[..without.IndexOf(",\"chain\"", StringComparison.Ordinal)] + "}\n";
        Assert.NotEqual(line, without);
        await File.WriteAllTextAsync(RecordFile, without);
        RepliesJudge judge = new(_ => RepliesJudge.Reply(NotShown));
        Assert.Equal((0.8f, asked), ((await ReviewAsync(judge, requireShownInImage: true, text)).Reward, judge.Asked.Count));
    }

    private async Task<ProcessReview> ReviewAsync(IProcessJudge judge, bool requireShownInImage, RecordText text)
    {
        using ReviewPanel panel =
            new(judge, new ReviewPanelOptions { RecordFile = RecordFile, RecordText = text, RequireShownInImage = requireShownInImage });
        return (await panel.ReviewAsync([JudgeFixture.Request()], default))[0];
    }
}
