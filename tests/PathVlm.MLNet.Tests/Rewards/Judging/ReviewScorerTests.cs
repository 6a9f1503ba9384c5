using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Scoring;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

public sealed class ReviewScorerTests
{
    private const string Seen = "The cells hold a single clear vacuole";
    private const string Excluded = "There are no concentric layers, so keratin pearls are excluded";
    private const string Known = "pushed aside by mucin is the hallmark of signet-ring cells";

    [Fact]
    public void ThreeVerifiedStepsWithoutViolationAreFullPoints()
    {
        ReviewScore score = Score(Findings());
        Assert.Equal((10, 10, 1f), (score.Completeness, score.Soundness, score.Reward));
    }

    [Theory]
    [InlineData(0, 0, 1f)]
    [InlineData(1, 0, .8f)]
    [InlineData(2, 0, .6f)]
    [InlineData(3, 0, .5f)]
    [InlineData(0, 1, .8f)]
    [InlineData(0, 2, .6f)]
    [InlineData(0, 3, .5f)]
    [InlineData(1, 1, .6f)]
    [InlineData(2, 1, .4f)]
    [InlineData(3, 1, .3f)]
    [InlineData(2, 2, .2f)]
    [InlineData(3, 2, .1f)]
    [InlineData(3, 3, 0f)]
    public void EachMissingStepAndEachViolationCostsFourTenthsNotBelowZero(int missing, int violations, float reward) =>
        Assert.Equal(reward, Score(Findings(missing, violations)).Reward);

    [Theory]
    [InlineData(0, 0, 10, 10, 1f)]
    [InlineData(2, 0, 2, 10, .6f)]
    [InlineData(2, 2, 2, 2, .2f)]
    [InlineData(2, 3, 2, 0, .1f)]
    [InlineData(3, 0, 0, 0, 0f)]
    [InlineData(3, 1, 0, 0, 0f)]
    [InlineData(3, 3, 0, 0, 0f)]
    public void WhereSoundnessNeedsAStepAReasoningWithoutOneIsZeroAndOthersAreScoredAsBefore(
        int missing, int violations, int completeness, int soundness, float reward)
    {
        ReviewScore score = ReviewScorer.Score(
            Findings(missing, violations), JudgeFixture.Request(), ScoringRules.Default with { SoundnessNeedsStep = true });
        Assert.Equal((completeness, soundness, reward), (score.Completeness, score.Soundness, score.Reward));
    }

    [Fact]
    public void AStepThatIsDroppedIsNoStepBesideWhichSoundnessCounts()
    {
        ReviewFindings shown = Findings(missing: 2) with { VisualAnalysis = new VisualFinding(Seen, ShownInImage.No, true) };
        ReviewFindings quoted =
            Findings(missing: 2) with { VisualAnalysis = new VisualFinding("words that stand nowhere", ShownInImage.Yes, true) };
        ScoringRules rules = ScoringRules.Default with { SoundnessNeedsStep = true };
        Assert.Equal(0, ReviewScorer.Score(shown, JudgeFixture.Request(), rules).Reward);
        Assert.Equal(0, ReviewScorer.Score(quoted, JudgeFixture.Request(), rules).Reward);
        Assert.Equal(.6f, ReviewScorer.Score(shown, JudgeFixture.Request(), rules with { RequireShownInImage = false }).Reward);
    }

    [Fact]
    public void AQuoteThatDoesNotOccurDoesNotCount() =>
        Assert.Equal(6, Score(
            Findings() with { VisualAnalysis = new VisualFinding("The glands are lined by columnar cells", ShownInImage.Yes, true) })
            .Completeness);

    [Fact]
    public void AQuoteOfThreeWordsDoesNotCount() =>
        Assert.Equal(6, Score(Findings() with { VisualAnalysis = new VisualFinding("single clear vacuole", ShownInImage.Yes, true) })
            .Completeness);

    [Fact]
    public void WordsQuotedForTwoStepsCountOnce() =>
        Assert.Equal(6, Score(Findings() with { Knowledge = new KnowledgeFinding(Seen, "fact", true) }).Completeness);

    [Fact]
    public void AFeatureThePictureDoesNotShowDoesNotCountUnlessAllowed()
    {
        ReviewFindings findings = Findings() with { VisualAnalysis = new VisualFinding(Seen, ShownInImage.No, true) };
        Assert.Equal(6, Score(findings).Completeness);
        Assert.Equal(10, ReviewScorer.Score(
            findings, JudgeFixture.Request(), ScoringRules.Default with { RequireShownInImage = false }).Completeness);
    }

    [Theory]
    [InlineData("B")]
    [InlineData("B) Signet-ring cells")]
    [InlineData("Reed-Sternberg cells")]
    [InlineData("")]
    public void RejectingTheChosenOrAnUnknownOptionIsNoElimination(string option) => Assert.Equal(6, Score(
        Findings() with { OptionElimination = new EliminationFinding([new RejectedOption(option, Excluded)], true) }).Completeness);

    [Theory]
    [InlineData("A")]
    [InlineData("a)")]
    [InlineData("Option A")]
    [InlineData("A) Keratin pearls")]
    [InlineData("keratin pearls")]
    public void AnOptionIsNamedByLabelTextOrBoth(string option) => Assert.Equal(10, Score(
        Findings() with { OptionElimination = new EliminationFinding([new RejectedOption(option, Excluded)], true) }).Completeness);

    [Fact]
    public void OverlappingViolationsAreOneAndUnquotedOnesNone()
    {
        ReviewScore score = Score(Findings() with
        {
            Violations =
            [
                new ReviewViolation(ViolationKind.BasicHistology, "a single clear vacuole", "w"),
                new ReviewViolation(ViolationKind.Contradiction, "clear vacuole that pushes", "w"),
                new ReviewViolation(ViolationKind.OutdatedStandard, "words that stand nowhere", "w"),
                new ReviewViolation(ViolationKind.OutdatedStandard, "  ", "w"),
            ],
        });
        Assert.Equal(6, score.Soundness);
        Assert.Equal(3, score.Verdicts.Count(
            verdict => verdict.Item.StartsWith("violation", StringComparison.Ordinal) && verdict.Dropped is not null));
    }

    [Fact]
    public void QuotesMatchAcrossCaseWhiteSpaceAndTypography()
    {
        ReviewScore score = ReviewScorer.Score(
            Findings() with { VisualAnalysis = new VisualFinding("the  CELLS hold a\n“clear” vacuole", ShownInImage.Yes, true) },
            JudgeFixture.Request("The cells hold a \"clear\" vacuole. " + JudgeFixture.Reasoning));
        Assert.Equal(10, score.Completeness);
    }

    private static ReviewScore Score(ReviewFindings findings) => ReviewScorer.Score(findings, JudgeFixture.Request());

    private static ReviewFindings Findings(int missing, int violations = 0)
    {
        ReviewFindings findings = Findings();
        if (missing > 0) findings = findings with { Knowledge = new KnowledgeFinding(null, null, false) };
        if (missing > 1) findings = findings with { OptionElimination = new EliminationFinding([], false) };
        if (missing > 2) findings = findings with { VisualAnalysis = new VisualFinding(null, ShownInImage.CannotTell, false) };
        string[] quotes = ["vacuole that pushes the nucleus", "hallmark of signet-ring cells", "keratin pearls are excluded"];
        return findings with
        {
            Violations = [.. quotes.Take(violations).Select(quote => new ReviewViolation(ViolationKind.Contradiction, quote, "why"))],
        };
    }

    private static ReviewFindings Findings() => new(
        new VisualFinding(Seen, ShownInImage.Yes, true),
        new EliminationFinding([new RejectedOption("A", Excluded)], true),
        new KnowledgeFinding(Known, "fact", true),
        [],
        null);
}
