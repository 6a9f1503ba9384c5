using PathVlm.MLNet.Judging.Messages;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Tests.Rewards.Judging;

/// <summary>A judge that finds every step in whatever words stand there: what the canaries are for.</summary>
internal sealed class GenerousJudge : IProcessJudge
{
    private const int QuoteWords = 4;

    public string Identity => "generous";

    public Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken)
    {
        string[] words = request.Reasoning.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        ReviewFindings findings = new(
            new VisualFinding(Quote(0), ShownInImage.Yes, true), new EliminationFinding([], false),
            new KnowledgeFinding(Quote(QuoteWords), null, true), [], null);
        return Task.FromResult(new JudgeReply(findings, null, ReviewJson.Write(findings), 1, 1000, 200));

        string? Quote(int from) => from + QuoteWords <= words.Length ? string.Join(' ', words[from..(from + QuoteWords)]) : null;
    }
}
