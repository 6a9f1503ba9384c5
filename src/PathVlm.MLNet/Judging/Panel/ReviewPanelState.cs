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
/// <param name="Totals">What is counted of the reviews.</param>
/// <param name="BlankReasonings">Blank reasonings.</param>
/// <param name="RecordAnswers">Reviews that the record answered.</param>
/// <param name="Samples">The first detail of each cause of missing reviews.</param>
/// <param name="Recent">The last reviews that count towards the share of missing ones: whether each is missing.</param>
internal sealed record ReviewStatisticsState(
    ReviewTotals Totals, int BlankReasonings, int RecordAnswers, IReadOnlyDictionary<MissingCause, string> Samples,
    IReadOnlyList<bool> Recent);
