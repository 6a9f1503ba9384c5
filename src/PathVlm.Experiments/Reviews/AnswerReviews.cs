using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.Experiments.Reviews;

/// <summary>The reviews of a model's answers by an offline judge.</summary>
/// <param name="Mean">Mean process reward over the answers whose review is not missing, 0 to 1; NaN where all are missing.</param>
/// <param name="Missing">Answers whose review is missing.</param>
public sealed record AnswerReviews(double Mean, int Missing)
{
    /// <summary>Reviews answers; the judge is shown no picture, because the rubric uses none.</summary>
    internal static AnswerReviews Review(
        ReviewPanel panel, IEnumerable<(PathologyQuestion Question, string Response)> answers, CancellationToken cancellation)
    {
        ProcessReviewRequest[] requests =
            [.. answers.Select(answer => RequestOf(answer.Question, ReadOnlyMemory<byte>.Empty, answer.Response))];
        ProcessReview[] reviews = panel.ReviewAsync(requests, cancellation).GetAwaiter().GetResult();
        double[] present = [.. reviews.Select(review => (double)review.Reward).Where(reward => !double.IsNaN(reward))];
        return new AnswerReviews(present.Length > 0 ? present.Average() : double.NaN, reviews.Length - present.Length);
    }

    /// <summary>The request for one answer outside training.</summary>
    internal static ProcessReviewRequest RequestOf(PathologyQuestion question, ReadOnlyMemory<byte> picture, string response) =>
        ProcessReviewRequest.FromCompletion(question, picture, response, JudgeReference.Answer);
}
