using PathVlm.MLNet.Judging.Messages;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

/// <summary>A judge that finds everything, or nothing for a cause, and counts how often it is asked, and how often at once.</summary>
internal sealed class CountingJudge(MissingCause? missing = null, TimeSpan delay = default) : IProcessJudge
{
    private int _calls, _underWay, _mostAtOnce;

    public int Calls => _calls;

    public int MostAtOnce => _mostAtOnce;

    public string Identity => "counting";

    public async Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        int now = Interlocked.Increment(ref _underWay);
        for (int most = _mostAtOnce; now > most; most = _mostAtOnce) Interlocked.CompareExchange(ref _mostAtOnce, now, most);
        if (delay > TimeSpan.Zero) await Task.Delay(delay, cancellationToken);
        Interlocked.Decrement(ref _underWay);
        return missing is { } cause
            ? JudgeReply.WithoutFindings(cause, 1)
            : new JudgeReply(ReviewParser.Parse(JudgeFixture.ValidReview), null, JudgeFixture.ValidReview, 1, 1000, 200);
    }
}
