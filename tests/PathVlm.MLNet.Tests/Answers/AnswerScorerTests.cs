using PathVlm.MLNet.Answers;

namespace PathVlm.MLNet.Tests.Answers;

public sealed class AnswerScorerTests
{
    private static readonly string[] Options = ["A) yes", "B) no"];

    [Theory]
    [InlineData("B) no", true, true)]
    [InlineData(" B) no\n", true, true)]
    [InlineData("B)no", false, true)]
    [InlineData("B) No", false, true)]
    [InlineData("B", false, true)]
    [InlineData("A) yes", false, false)]
    [InlineData("", false, false)]
    public void PaperWantsTheExactOptionAndStrictItsMeaning(string body, bool paper, bool strict)
    {
        AnswerScore score = new AnswerScorer(Options, "B) no").Score($"<think>x</think><answer>{body}</answer>");
        Assert.Equal((paper, strict), (score.Paper, score.Strict));
        Assert.Equal((paper, strict), (score.IsRight(AccuracyRule.Paper), score.IsRight(AccuracyRule.Strict)));
    }

    [Fact]
    public void EmptyAnswerEarnsNothingEvenWhereTheStandardAnswerIsEmpty()
    {
        AnswerScore score = new AnswerScorer(Options, "").Score("<think>x</think><answer></answer>");
        Assert.Equal((false, false), (score.Paper, score.Strict));
    }

    [Fact]
    public void StandardAnswerThatIsABareLetterIsCompletedToItsOption()
    {
        AnswerScore score = new AnswerScorer(["A. yes", "B. no"], "b").Score("<think>x</think><answer>B) no</answer>");
        Assert.Equal((true, true), (score.Paper, score.Strict));
    }

    [Fact]
    public void StandardAnswerThatIsWrittenAsItsOptionIsComparedAsWritten()
    {
        AnswerScorer scorer = new(["A. yes", "B. no"], "B. no");
        Assert.Equal((true, true), Scored(scorer, "B. no"));
        Assert.Equal((false, true), Scored(scorer, "B) no"));
    }

    private static (bool Paper, bool Strict) Scored(AnswerScorer scorer, string body)
    {
        AnswerScore score = scorer.Score($"<think>x</think><answer>{body}</answer>");
        return (score.Paper, score.Strict);
    }

    [Fact]
    public void AnswerInTheReasoningEarnsNothing()
    {
        AnswerScore score = new AnswerScorer(Options, "B) no").Score("<think><answer>B) no</answer></think>");
        Assert.Equal((false, false, AnswerStatus.NoAnswerTag), (score.Paper, score.Strict, score.Reading.Status));
    }
}
