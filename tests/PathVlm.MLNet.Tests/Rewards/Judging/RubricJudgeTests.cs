using PathVlm.MLNet.Judging.Canaries;
using PathVlm.MLNet.Judging.Messages;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Rubric;
using PathVlm.MLNet.Judging.Scoring;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

public sealed class RubricJudgeTests
{
    [Fact]
    public async Task EmptyKindsOfCanaryStayAtOrBelowTwoTenths()
    {
        using ReviewPanel panel = new(new RubricJudge());
        foreach (CanaryReview canary in (await JudgeCanaries.ReviewAsync(panel, CancellationToken.None))
            .Reviews.Where(canary => canary.IsEmpty))
            Assert.True(canary.Review.Completeness <= JudgeCanaries.MaxEmptyCompleteness, $"{canary.Name}: {canary.Review.Completeness}");
        Assert.Equal(20, JudgeCanaries.All.Count);
    }

    [Fact]
    public async Task GoodReasoningHasFullMarksAndPaddingAddsNothing()
    {
        using ReviewPanel panel = new(new RubricJudge());
        Dictionary<string, float> reviews = (await JudgeCanaries.ReviewAsync(panel, CancellationToken.None))
            .Reviews.ToDictionary(pair => pair.Name, pair => pair.Review.Reward);
        Assert.Equal(1f, reviews["good"]);
        Assert.Equal(reviews["good"], reviews["good-padded-threefold"]);
    }

    [Theory]
    [InlineData("The cells hold a single clear vacuole.", .2f)]
    [InlineData("The cells hold a single clear vacuole. Keratin pearls are excluded because there are no layers.", .6f)]
    [InlineData("The cells hold a single clear vacuole. A vacuole full of mucin is typical of signet-ring cells.", .6f)]
    [InlineData("It is B.", 0f)]
    public void EachStepIsWorthFourTenths(string reasoning, float completeness) =>
        Assert.Equal(completeness, Score(reasoning).Completeness / 10f);

    [Fact]
    public void RejectingTheOptionThatIsThenChosenIsAContradiction() =>
        Assert.Equal(6, Score("The cells hold a single clear vacuole. Signet-ring cells are ruled out here.").Soundness);

    [Fact]
    public void AFeatureBothSeenAndNotSeenIsAContradiction() =>
        Assert.Equal(6, Score("The field shows mucin in large pools. There is no mucin in this field at all.").Soundness);

    [Fact]
    public void TheSameRequestGivesTheSameFindings() => Assert.Equal(
        ReviewJson.Write(RubricJudge.Review(JudgeFixture.Request())), ReviewJson.Write(RubricJudge.Review(JudgeFixture.Request())));

    private static ReviewScore Score(string reasoning)
    {
        ProcessReviewRequest request = JudgeFixture.Request(reasoning);
        return ReviewScorer.Score(RubricJudge.Review(request), request);
    }
}
