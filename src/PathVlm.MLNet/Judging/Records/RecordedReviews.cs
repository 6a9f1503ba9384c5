using System.Collections.Concurrent;
using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Judging.Messages;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Judging.Scoring;

namespace PathVlm.MLNet.Judging.Records;

/// <summary>
/// The reviews that a record answers: those with points, and those missing for a final cause. Points given under the same
/// <c>RequireShownInImage</c> are used as they are; others are computed again from the judge's own reply. Where the record kept only its
/// hash, or does not say the setting, it does not answer. Safe for concurrent use.
/// </summary>
internal sealed class RecordedReviews
{
    private readonly ConcurrentDictionary<string, ReviewRecordLine> _lines = new();
    private readonly ScoringRules _rules;

    /// <summary>Reads a record's lines; of several for one review the last with points of the same setting counts.</summary>
    internal RecordedReviews(IEnumerable<ReviewRecordLine> record, ScoringRules rules)
    {
        _rules = rules;
        foreach (ReviewRecordLine line in record.Where(line => line.IsSettled))
            if (Stands(line)) _lines[line.Key] = line;
            else if (line.HoldsReply) _lines.TryAdd(line.Key, line);
    }

    /// <summary>The review of a request; null where the record does not answer it.</summary>
    internal ProcessReview? Find(string key, ProcessReviewRequest request)
    {
        if (!_lines.TryGetValue(key, out ReviewRecordLine? line)) return null;
        return Stands(line) ? line.ToReview(_rules.SoundnessNeedsStep) : ScoredAnew(line, request);
    }

    /// <summary>Answers this review no more.</summary>
    internal void Forget(string key) => _lines.TryRemove(key, out _);

    private bool Stands(ReviewRecordLine line) => line.Missing is not null || line.RequireShownInImage == _rules.RequireShownInImage;

    private ProcessReview? ScoredAnew(ReviewRecordLine line, ProcessReviewRequest request)
    {
        try
        {
            ReviewScore score = ReviewScorer.Score(ReviewParser.Parse(line.Reply), request, _rules);
            return new ProcessReview(score, null, Blank: false, Cached: true, FindingsText.Of(score.Verdicts));
        }
        catch (InvalidReplyException)
        {
            return null;
        }
    }
}
