using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

/// <summary>A judge that finds everything, or nothing for a cause, and counts how often it is asked, and how often at once.</summary>
internal sealed class CountingJudge(MissingCause? missing = null, TimeSpan delay = default) : IProcessJudge
{
    private int calls, underWay, mostAtOnce;

    public int Calls => calls;

    public int MostAtOnce => mostAtOnce;

    public string Identity => "counting";

    public async Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref calls);
        int now = Interlocked.Increment(ref underWay);
        for (int most = mostAtOnce; now > most; most = mostAtOnce) Interlocked.CompareExchange(ref mostAtOnce, now, most);
        if (delay > TimeSpan.Zero) await Task.Delay(delay, cancellationToken);
        Interlocked.Decrement(ref underWay);
        return missing is { } cause
            ? JudgeReply.WithoutFindings(cause, 1)
            : new JudgeReply(ReviewParser.Parse(JudgeFixture.ValidReview), null, JudgeFixture.ValidReview, 1, 1000, 200);
    }
}
