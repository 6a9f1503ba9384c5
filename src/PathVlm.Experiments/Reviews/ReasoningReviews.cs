using PathVlm.Experiments.Answers;
using PathVlm.Experiments.Results;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Judging.Canaries;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Experiments.Reviews;

/// <summary>Reviews of answers to the test rows: of all of them with an offline judge, otherwise of a few; and of the canaries.</summary>
/// <param name="panel">Asks the judge.</param>
/// <param name="isJudgeOffline">Whether every answer can be reviewed.</param>
/// <param name="cancellation">Ends the reviews.</param>
internal sealed class ReasoningReviews(ReviewPanel panel, bool isJudgeOffline, CancellationToken cancellation)
{
    private const int CasesPerBase = 4;
    private const int CaseSeed = 17;

    /// <summary>Mean process reward over the test rows whose review is not missing; null with a judge that is not offline.</summary>
    internal double? MeanReward(AnswerSet test, IReadOnlyList<GivenAnswer> answers) => isJudgeOffline
        ? AnswerReviews.Review(panel, test.Questions.Zip(answers, (question, answer) => (question, answer.Response)), cancellation).Mean
        : null;

    /// <summary>The same question before and after the process reward, for rows drawn by a fixed seed and not by their results.</summary>
    internal IReadOnlyList<ReasoningCase> CasesOf(AnswerSet test, ModelRun before, ModelRun after)
    {
        IEnumerable<int> drawn = Enumerable.Range(0, test.Questions.Count)
            .OrderBy(row => Fingerprint.Of(FormattableString.Invariant($"{CaseSeed}"), test.Questions[row].Id), StringComparer.Ordinal)
            .Take(CasesPerBase);
        return
        [
            .. drawn.Select(row => CaseOf(
                test.Questions[row], before, before.Sets[AnswerSet.Test].Answers[row], after, after.Sets[AnswerSet.Test].Answers[row])),
        ];
    }

    /// <summary>The judge on reasonings that deserve no reward, and on a good one.</summary>
    internal CanaryReport Canaries() =>
        JudgeCanaries.ReviewAsync(panel, cancellation).GetAwaiter().GetResult();

    private ReasoningCase CaseOf(PathologyQuestion question, ModelRun before, GivenAnswer first, ModelRun after, GivenAnswer second)
    {
        byte[] picture = JudgePicture.Encode(PictureFile.Decode(question.ImagePath));
        ProcessReview[] reviews = Review(
            [AnswerReviews.RequestOf(question, picture, first.Response), AnswerReviews.RequestOf(question, picture, second.Response)]);
        return new ReasoningCase(question, picture, [Side(before, first, reviews[0]), Side(after, second, reviews[1])]);

        ReasoningSide Side(ModelRun run, GivenAnswer answer, ProcessReview review)
        {
            AnswerScore score = new AnswerScorer(question.Options, question.Answer).Score(answer.Response);
            return new ReasoningSide(run, score.Reading.Reasoning, score.Reading, score.Strict, answer.Tokens, review);
        }
    }

    private ProcessReview[] Review(IReadOnlyList<ProcessReviewRequest> requests) =>
        panel.ReviewAsync(requests, cancellation).GetAwaiter().GetResult();
}
