using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Judging.Panel;

/// <summary>What a checkpoint keeps of a panel.</summary>
/// <param name="Statistics">Its counts.</param>
/// <param name="Reached">Whether the judge was reached.</param>
/// <param name="RecordBegin">Lines of the record when the run began.</param>
/// <param name="RecordEnd">Lines of it now.</param>
/// <param name="Known">Reviews that its memory answers.</param>
internal sealed record ReviewPanelState(ReviewStatisticsState Statistics, bool Reached, int RecordBegin, int RecordEnd, int Known);

/// <summary>The counts of a <see cref="ReviewStatistics"/>.</summary>
internal sealed record ReviewStatisticsState
{
    public int Asked { get; init; }

    public int CacheHits { get; init; }

    public int BlankReasonings { get; init; }

    public int Requests { get; init; }

    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public decimal Price { get; init; }

    public int QuotesRejected { get; init; }

    public int Quotes { get; init; }

    public int RecordAnswers { get; init; }

    public TimeSpan JudgeTime { get; init; }

    public IReadOnlyDictionary<MissingCause, int> Missing { get; init; } = new Dictionary<MissingCause, int>();

    public IReadOnlyDictionary<MissingCause, string> Samples { get; init; } = new Dictionary<MissingCause, string>();

    public IReadOnlyList<bool> Recent { get; init; } = [];
}
