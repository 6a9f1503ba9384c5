using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Host.Judging;

/// <summary>Has the completions of a rollout file reviewed, as the process reward of a training would have.</summary>
internal sealed class RolloutReviewer(ReviewPanel panel, string judgeIdentity, CancellationToken cancellation)
{
    private const int FirstBlockLines = 50; // few, so that what all will cost is told early
    private const int BlockLines = 128;
    private readonly Dictionary<string, long> _rowNumbers = new(StringComparer.Ordinal);

    /// <summary>Reviews all lines; a block is under way at once, inside the panel's bounds.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="done">Told how many lines are reviewed.</param>
    /// <returns>A review a line, in their order.</returns>
    internal IReadOnlyList<ReviewedRollout> Review(IReadOnlyList<RolloutLine> lines, Action<int> done)
    {
        List<ReviewedRollout> reviewed = [];
        foreach (RolloutLine[] block in lines.Take(FirstBlockLines).Chunk(FirstBlockLines).Concat(lines.Skip(FirstBlockLines).Chunk(BlockLines)))
        {
            Dictionary<string, byte[]> pictures = new(StringComparer.Ordinal);
            ProcessReviewRequest[] requests = [.. block.Select(line => RequestOf(line, pictures))];
            ProcessReview[] reviews = panel.ReviewAsync(requests, cancellation).ConfigureAwait(false).GetAwaiter().GetResult();
            for (int i = 0; i < block.Length; i++) reviewed.Add(new ReviewedRollout(block[i], reviews[i], ReviewKey.Of(judgeIdentity, requests[i])));
            done(reviewed.Count);
        }

        return reviewed;
    }

    private ProcessReviewRequest RequestOf(RolloutLine line, Dictionary<string, byte[]> pictures)
    {
        PathologyQuestion row = line.Question;
        if (!pictures.TryGetValue(row.ImagePath, out byte[]? picture))
            pictures[row.ImagePath] = picture = JudgePicture.Of(PictureFile.Decode(row.ImagePath));
        if (!_rowNumbers.TryGetValue(row.Id, out long number)) _rowNumbers[row.Id] = number = _rowNumbers.Count;
        return ProcessReviewRequest.Of(
            row, picture, new AnswerReader(row.Options).Read(line.Text), JudgeReference.Answer, new ReviewCoordinates(line.Step, number, line.Sample, row.Id));
    }
}

/// <summary>A completion and what came of its review.</summary>
/// <param name="Line">The completion.</param>
/// <param name="Review">The review.</param>
/// <param name="Key">Its key in the record.</param>
internal sealed record ReviewedRollout(RolloutLine Line, ProcessReview Review, string Key);
