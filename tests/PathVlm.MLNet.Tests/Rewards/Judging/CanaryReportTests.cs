using PathVlm.MLNet.Rewards.Judging;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

public sealed class CanaryReportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pathvlm-canaries").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task TheRubricHoldsAndTheReportSaysSoInOneLine()
    {
        CanaryReport report = await ReviewAsync(new RubricJudge());
        Assert.Empty(report.Failures);
        Assert.Equal(
            $"judge's canaries: 20 of 20 hold; highest completeness of an empty reasoning {report.HighestEmptyCompleteness:0.0} (at most 0.2)", report.ToString());
    }

    [Fact]
    public async Task AJudgeThatPaysForEmptyReasoningIsNamedWithEachCanary()
    {
        CanaryReport report = await ReviewAsync(new GenerousJudge());
        Assert.Equal(0.6f, report.HighestEmptyCompleteness);
        Assert.Contains("order-to-the-judge (completeness 0.6)", report.Failures);
        Assert.Contains($"{report.Failures.Count} of 20 do not hold: ", report.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(report.Failures, failure => failure.StartsWith("blank", StringComparison.Ordinal) || failure.StartsWith("good", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PaddingThatPaysIsAFailure()
    {
        CanaryReport report = await ReviewAsync(new PaddingJudge());
        Assert.Equal("good-padded-threefold (reward 0.8, unpadded 0.6)", Assert.Single(report.Failures));
    }

    [Fact]
    public async Task MissingReviewsSayNothingAndDoNotCountTowardsTheShareThatStopsARun()
    {
        using ReviewPanel panel = new(new CountingJudge(MissingCause.Refused), new ReviewPanelOptions { MissingWindow = 1 });
        CanaryReport report = await JudgeCanaries.ReviewAsync(panel, CancellationToken.None);
        Assert.Empty(report.Failures);
        Assert.Equal(18, report.MissingCount); // two are blank: no call
        Assert.Contains("2 of 20 hold, 18 not reviewed", report.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<JudgeStoppedException>(() => panel.ReviewAsync([JudgeFixture.Request()], CancellationToken.None));
    }

    [Fact]
    public async Task ARecordTellsCanariesFromRows()
    {
        string record = Path.Combine(folder, "reviews.jsonl");
        using (ReviewPanel panel = new(new RubricJudge(), new ReviewPanelOptions { RecordFile = record }))
            await JudgeCanaries.ReviewAsync(panel, CancellationToken.None);
        Assert.All(ReviewRecord.Read(record), line => Assert.Equal(-1, line.Row));
    }

    private static async Task<CanaryReport> ReviewAsync(IProcessJudge judge)
    {
        using ReviewPanel panel = new(judge);
        return await JudgeCanaries.ReviewAsync(panel, CancellationToken.None);
    }

    /// <summary>Finds one step in a good reasoning, two where it is long, none elsewhere.</summary>
    private sealed class PaddingJudge : IProcessJudge
    {
        public string Identity => "padding";

        public Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken)
        {
            bool isGood = request.Reasoning.StartsWith("The cells hold", StringComparison.Ordinal), isLong = request.Reasoning.Length > 400;
            ReviewFindings findings = new(
                new VisualFinding("The cells hold a single clear vacuole", ShownInImage.Yes, isGood), new EliminationFinding([], false),
                new KnowledgeFinding("pushed aside by mucin is the hallmark", null, isLong), [], null);
            return Task.FromResult(new JudgeReply(findings, null, ReviewJson.Of(findings), 1, 0, 0));
        }
    }
}
