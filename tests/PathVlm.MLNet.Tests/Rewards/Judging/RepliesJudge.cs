using System.Collections.Concurrent;
using PathVlm.MLNet.Judging.Messages;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

/// <summary>A judge that gives each reasoning what a test says, and keeps whom it was asked about.</summary>
/// <param name="replyTo">The reply to a reasoning.</param>
internal sealed class RepliesJudge(Func<string, JudgeReply> replyTo) : IProcessJudge
{
    public ConcurrentQueue<string> Asked { get; } = new();

    public string Identity => "replies";

    public static JudgeReply Good { get; } = Reply(JudgeFixture.ValidReview);

    public static JudgeReply Reply(string review, long inputTokens = 1000, long outputTokens = 200) =>
        new(ReviewParser.Parse(review), null, review, 1, inputTokens, outputTokens);

    public Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken)
    {
        Asked.Enqueue(request.Reasoning);
        return Task.FromResult(replyTo(request.Reasoning));
    }
}
