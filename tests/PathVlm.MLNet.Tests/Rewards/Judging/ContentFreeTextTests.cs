using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Rubric;
using PathVlm.MLNet.Judging.Scoring;
using PathVlm.MLNet.Judging.Wording;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

/// <summary>Reasonings that say nothing are 0 by rule: no judge is asked, and they are counted apart from missing ones.</summary>
public sealed class ContentFreeTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(",")]
    [InlineData(":")]
    [InlineData("：")]
    [InlineData("…!?—")]
    [InlineData("\u200B\u200D\uFEFF")]
    [InlineData("Thought process:")]
    [InlineData("Let's solve this problem step by step.")]
    [InlineData("Let me think about this carefully, step by step, and look at everything before I answer.", false)]
    [InlineData("Solution")]
    [InlineData("Solution:")]
    [InlineData("**Analysis**")]
    [InlineData("## Visual analysis\n## Option elimination\n## Medical knowledge")]
    [InlineData("Respuesta")]
    [InlineData("解")]
    [InlineData("かいせつ")]
    [InlineData("1. 2. 3.")]
    [InlineData("Reasoning process:\n\nStep 1:\nStep 2:")]
    [InlineData("Okay, let me think it through.")]
    [InlineData("The cells hold a clear vacuole.", false)]
    [InlineData("Keratin pearls are seen", false)]
    [InlineData("Let me look at the keratin pearls.", false)]
    public void AnnouncementsPunctuationAndHeadingsSayNothing(string text, bool isEmpty = true) =>
        Assert.Equal(isEmpty, ContentFreeText.Is(ReviewText.Lines(text)));

    [Fact]
    public async Task TheyAreZeroAndNobodyIsAsked()
    {
        CountingJudge judge = new();
        using ReviewPanel panel = new(judge);
        ProcessReview[] reviews = await panel.ReviewAsync(
            [JudgeFixture.Request("."), JudgeFixture.Request("Thought process:"), JudgeFixture.Request("\u200B")], CancellationToken.None);
        Assert.All(reviews, review => Assert.Equal((0f, true), (review.Reward, review.Blank)));
        Assert.Equal((0, 3, 0), (judge.Calls, panel.Statistics.BlankReasonings, panel.Statistics.Missing.Count));
    }

    [Fact]
    public void ARubricReviewOfALongReasoningHasABoundedNumberOfFindings()
    {
        string sentence = "There are no concentric layers here, so keratin pearls are not what it shows. ";
        ReviewFindings findings = RubricJudge.Review(JudgeFixture.Request(string.Concat(Enumerable.Repeat(sentence, 2000))));
        Assert.InRange(findings.OptionElimination.Rejected.Count, 1, 64);
        Assert.InRange(findings.Violations.Count, 0, 64);
    }
}
