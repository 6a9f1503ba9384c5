using PathVlm.MLNet.Judging.Canaries;
using PathVlm.MLNet.Judging.Messages;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Records;
using PathVlm.MLNet.Judging.Rubric;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

public sealed class CanaryReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pathvlm-canaries").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task TheRubricHoldsAndTheReportSaysSoInOneLine()
    {
        CanaryReport report = await ReviewAsync(new RubricJudge());
        Assert.Empty(report.Failures);
        Assert.Equal(
            $"judge's canaries: 20 of 20 hold; highest completeness of an empty reasoning {report.HighestEmptyCompleteness:0.0} (at "
                + $"most 0.2)", report.ToString());
    }

    [Fact]
    public async Task AJudgeThatPaysForEmptyReasoningIsNamedWithEachCanary()
    {
        CanaryReport report = await ReviewAsync(new GenerousJudge());
        Assert.Equal(0.6f, report.HighestEmptyCompleteness);
        Assert.Contains("order-to-the-judge (completeness 0.6)", report.Failures);
        Assert.Contains($"{report.Failures.Count} of 20 do not hold: ", report.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            report.Failures, failure =>
            failure.StartsWith("blank", StringComparison.Ordinal) || failure.StartsWith("good", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PaddingThatPaysIsAFailure()
    {
        CanaryReport report = await ReviewAsync(new PaddingJudge());
        Assert.Equal("good-padded-threefold (reward 0.8, unpadded 0.6)", Assert.Single(report.Failures));
    }

    [Fact]
    public async Task OnesThatWereNotReviewedDoNotHoldAndDoNotCountTowardsTheShareThatStopsARun()
    {
        using ReviewPanel panel = new(new CountingJudge(MissingCause.Refused), new ReviewPanelOptions { MissingWindow = 1 });
        CanaryReport report = await JudgeCanaries.ReviewAsync(panel, CancellationToken.None);
        Assert.Equal((16, 16), (report.MissingCount, report.Failures.Count)); // four say nothing: no call
        Assert.Contains("order-to-the-judge (not reviewed: Refused)", report.Failures);
        Assert.Equal(float.NaN, report.HighestEmptyCompleteness); // a blank one is 0 whatever the judge is
        Assert.Equal("judge's canaries: 16 of 20 were not reviewed (Refused 16); whether this judge pays for empty reasoning is not "
            + "known, check that it can be asked", report.ToString());
        await Assert.ThrowsAsync<JudgeStoppedException>(() => panel.ReviewAsync([JudgeFixture.Request()], CancellationToken.None));
    }

    [Fact]
    public async Task OneThatWasNotReviewedDoesNotHideOneThatPays()
    {
        using ReviewPanel panel = new(new RepliesJudge(reasoning =>
            reasoning.StartsWith("The correct answer is", StringComparison.Ordinal)
                ? JudgeReply.WithoutFindings(MissingCause.ServerBusy, 5)
                : Found(reasoning)));
        CanaryReport report = await JudgeCanaries.ReviewAsync(panel, CancellationToken.None);
        Assert.Equal(["confidence (completeness 0.6)", "right-answer-alone (not reviewed: ServerBusy)"], report.Failures);
        Assert.Equal(
            "judge's canaries: 1 of 20 do not hold: confidence (completeness 0.6); 1 of 20 were not reviewed (ServerBusy 1); this "
                + "judge pays for empty reasoning, use another model",
            report.ToString());

        static JudgeReply Found(string reasoning)
        {
            bool pays = reasoning.StartsWith("It is absolutely", StringComparison.Ordinal);
            ReviewFindings findings = new(
                new VisualFinding("It is absolutely obvious", ShownInImage.Yes, pays), new EliminationFinding([], false),
                new KnowledgeFinding("beyond any doubt what", null, pays), [], null);
            return new JudgeReply(findings, null, ReviewJson.Write(findings), 1, 1000, 200);
        }
    }

    [Fact]
    public async Task ARecordTellsCanariesFromRows()
    {
        string record = Path.Combine(_folder, "reviews.jsonl");
        using (ReviewPanel panel = new(new RubricJudge(), new ReviewPanelOptions { RecordFile = record }))
            await JudgeCanaries.ReviewAsync(panel, CancellationToken.None);
        Assert.All(ReviewRecord.Read(record), line => Assert.Equal(-1, line.Row));
        Assert.Equal(JudgeCanaries.All
            .Where(canary => canary.Name is not ("blank" or "blank-white-space" or "announcement" or "headings-only"))
            .Select(canary => canary.Name).Order(),
            ReviewRecord.Read(record).Select(line => line.Id).Order());
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
            return Task.FromResult(new JudgeReply(findings, null, ReviewJson.Write(findings), 1, 0, 0));
        }
    }
}
