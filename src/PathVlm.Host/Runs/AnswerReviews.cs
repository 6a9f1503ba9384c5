using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.Host.Runs;

/// <summary>What a judge that works offline makes of answers to rows.</summary>
/// <param name="Mean">Mean process reward over the answers whose review is not missing, 0 to 1; NaN where all are.</param>
/// <param name="Missing">Answers whose review is missing.</param>
internal sealed record AnswerReviews(double Mean, int Missing)
{
    /// <summary>Reviews answers; the judge sees no picture, as the rubric looks at none.</summary>
    internal static AnswerReviews Of(ReviewPanel panel, IEnumerable<(PathologyQuestion Question, string Response)> answers, CancellationToken cancellation)
    {
        ProcessReviewRequest[] requests = [.. answers.Select(answer => RequestOf(answer.Question, ReadOnlyMemory<byte>.Empty, answer.Response))];
        float[] rewards = [.. panel.ReviewAsync(requests, cancellation).GetAwaiter().GetResult().Select(review => review.Reward)];
        double[] present = [.. rewards.Where(reward => !float.IsNaN(reward)).Select(reward => (double)reward)];
        return new AnswerReviews(present.Length > 0 ? present.Average() : double.NaN, rewards.Length - present.Length);
    }

    /// <summary>What a judge is shown of one answer outside training.</summary>
    internal static ProcessReviewRequest RequestOf(PathologyQuestion question, ReadOnlyMemory<byte> picture, string response) =>
        ProcessReviewRequest.Of(question, picture, new AnswerReader(question.Options).Read(response), JudgeReference.Answer, default);
}
