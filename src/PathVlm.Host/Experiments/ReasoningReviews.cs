using PathVlm.Host.Runs;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Judging.Canaries;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Host.Experiments;

/// <summary>What the judge says of answers to the test rows: of all of them where it works offline, else of a handful; and of the canaries.</summary>
internal sealed class ReasoningReviews(ReviewPanel panel, ExperimentPlan plan, CancellationToken cancellation)
{
    private const int CasesOfABase = 4;
    private const int CaseSeed = 17;

    /// <summary>Mean process reward over the test rows whose review is not missing; null with a judge that is not offline.</summary>
    internal double? MeanReward(AnswerSet test, IReadOnlyList<GivenAnswer> answers) => plan.IsJudgeOffline
        ? AnswerReviews.Of(panel, test.Questions.Zip(answers, (question, answer) => (question, answer.Response)), cancellation).Mean
        : null;

    /// <summary>The same question before and after the process reward, for rows drawn by a fixed seed: not chosen by what came out.</summary>
    internal IReadOnlyList<ReasoningCase> CasesOf(AnswerSet test, ModelRun before, ModelRun after)
    {
        int[] drawn = [.. Enumerable.Range(0, test.Questions.Count)
            .OrderBy(row => Fingerprint.Of(FormattableString.Invariant($"{CaseSeed}"), test.Questions[row].Id), StringComparer.Ordinal).Take(CasesOfABase)];
        return [.. drawn.Select(row => CaseOf(test.Questions[row], before, before.Sets[AnswerSet.Test].Answers[row], after, after.Sets[AnswerSet.Test].Answers[row]))];
    }

    /// <summary>The judge on reasonings that deserve nothing, and on a good one.</summary>
    internal CanaryReport Canaries() =>
        JudgeCanaries.ReviewAsync(panel, cancellation).GetAwaiter().GetResult();

    private ReasoningCase CaseOf(PathologyQuestion question, ModelRun before, GivenAnswer first, ModelRun after, GivenAnswer second)
    {
        byte[] picture = JudgePicture.Of(PictureFile.Decode(question.ImagePath));
        ProcessReview[] reviews = Review([AnswerReviews.RequestOf(question, picture, first.Response), AnswerReviews.RequestOf(question, picture, second.Response)]);
        return new ReasoningCase(question, picture, [Side(before, first, reviews[0]), Side(after, second, reviews[1])]);

        ReasoningSide Side(ModelRun run, GivenAnswer answer, ProcessReview review)
        {
            AnswerScore score = new AnswerScorer(question.Options, question.Answer).Score(answer.Response);
            return new ReasoningSide(run, score.Reading.Reasoning, score.Reading, score.Strict, answer.Tokens, review);
        }
    }

    private ProcessReview[] Review(IReadOnlyList<ProcessReviewRequest> requests) => panel.ReviewAsync(requests, cancellation).GetAwaiter().GetResult();
}

/// <summary>One question answered by two models.</summary>
/// <param name="Question">The row.</param>
/// <param name="Picture">Its picture as PNG.</param>
/// <param name="Sides">Before (<see cref="TrainingPlan.Beta"/>) and after (<see cref="TrainingPlan.PathVlmR1"/>) the process reward.</param>
internal sealed record ReasoningCase(PathologyQuestion Question, byte[] Picture, IReadOnlyList<ReasoningSide> Sides);

/// <summary>What one model wrote, and what the judge found in it.</summary>
/// <param name="Run">The model.</param>
/// <param name="Reasoning">Its reasoning.</param>
/// <param name="Answer">What stands where its answer should.</param>
/// <param name="IsRight">Whether that is the right one.</param>
/// <param name="Tokens">Tokens of the completion.</param>
/// <param name="Review">The judge's review.</param>
internal sealed record ReasoningSide(ModelRun Run, string Reasoning, AnswerReading Answer, bool IsRight, int? Tokens, ProcessReview Review);
