using PathVlm.Experiments.Reviews;
using PathVlm.Experiments.Tests.Support;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Rubric;

namespace PathVlm.Experiments.Tests.Reviews;

/// <summary>The process reward of a model's answers to the test rows.</summary>
public sealed class AnswerReviewsTests
{
    private static readonly PathologyQuestion Row = new(
        "q0", "", "Which feature is most prominent in this section?", ["A) Keratin pearls", "B) Signet-ring cells", "C) Psammoma bodies"],
        "B) Signet-ring cells");

    [Fact]
    public void ItIsTheMeanOverAllAnswersBlankOnesIncluded()
    {
        using ReviewPanel panel = new(new RubricJudge());
        AnswerReviews reviews = AnswerReviews.Review(panel, Answers(Reasonings.Sound, Reasonings.Idle, "", ""), CancellationToken.None);
        Assert.Equal((1 + 0.5 + 0 + 0) / 4, reviews.Mean, 6);
        Assert.Equal(0, reviews.Missing);
    }

    [Fact]
    public void AnswersWhoseReviewIsMissingAreCountedAndLeftOutOfTheMean()
    {
        using ReviewPanel panel = new(new JudgeOfSoundReasoning());
        AnswerReviews reviews = AnswerReviews.Review(panel, Answers(Reasonings.Sound, Reasonings.Idle, ""), CancellationToken.None);
        Assert.Equal((1 + 0) / 2.0, reviews.Mean, 6);
        Assert.Equal(1, reviews.Missing);
        Assert.True(double.IsNaN(AnswerReviews.Review(panel, Answers(Reasonings.Idle), CancellationToken.None).Mean));
    }

    private static IEnumerable<(PathologyQuestion Question, string Response)> Answers(params string[] reasonings) =>
        reasonings.Select(reasoning => (Row, Reasonings.Completion(reasoning)));

    private sealed class JudgeOfSoundReasoning : IProcessJudge
    {
        public string Identity => "sound-1";

        public bool IsOffline => true;

        public Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken) =>
            request.Reasoning == Reasonings.Sound
            ? new RubricJudge().ReviewAsync(request, cancellationToken)
            : Task.FromResult(JudgeReply.WithoutFindings(MissingCause.UnableToJudge));
    }
}
