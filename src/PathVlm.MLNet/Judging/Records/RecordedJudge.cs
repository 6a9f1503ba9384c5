using PathVlm.MLNet.Chat.Faults;
using PathVlm.MLNet.Judging.Messages;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.MLNet.Judging.Records;

/// <summary>
/// Replays the reviews of a record that kept texts (<see cref="RecordText.Full"/>); no network. A review that the record lacks is
/// missing (<see cref="MissingCause.NotRecorded"/>). One that was missing is missing again for the same cause, an outage too: a replay
/// tells what happened, and has nobody to ask; only where it was asked again and answered does the answer count.
/// </summary>
public sealed class RecordedJudge : IProcessJudge
{
    private readonly Dictionary<string, ReviewRecordLine> _lines;
    private readonly string[] _identities;

    /// <summary>Opens a record.</summary>
    /// <param name="path">The record of a panel (<c>RecordFile</c> of its options).</param>
    /// <exception cref="InvalidDataException">The file is no record, or its chain is broken.</exception>
    public RecordedJudge(string path)
    {
        IReadOnlyList<ReviewRecordLine> read = ReviewRecord.Read(path);
        _lines = read.GroupBy(line => line.Key)
            .ToDictionary(group => group.Key, group => group.LastOrDefault(line => line.IsSettled) ?? group.Last());
        _identities = [.. read.Select(line => line.Judge).Distinct()];
        Identity = _identities.Length == 1 ? _identities[0] : "recorded";
    }

    /// <inheritdoc/>
    public string Identity { get; }

    /// <inheritdoc/>
    public bool IsOffline => true;

    /// <summary>Number of different reviews.</summary>
    public int Count => _lines.Count;

    /// <inheritdoc/>
    public Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ReviewRecordLine? line = _identities.Select(identity => _lines.GetValueOrDefault(ReviewKey.Create(identity, request)))
            .FirstOrDefault(found => found is not null);
        return Task.FromResult(line is null ? JudgeReply.WithoutFindings(MissingCause.NotRecorded) : ReplyOf(line));
    }

    private static JudgeReply ReplyOf(ReviewRecordLine line)
    {
        if (line.Missing is { } cause) return JudgeReply.WithoutFindings(cause, rawReply: line.Reply) with { Detail = line.Detail };
        try
        {
            return new JudgeReply(ReviewParser.Parse(line.Reply), null, line.Reply, Requests: 0, InputTokens: 0, OutputTokens: 0);
        }
        catch (InvalidReplyException)
        {
            return JudgeReply.WithoutFindings(MissingCause.NotRecorded);
        }
    }
}
