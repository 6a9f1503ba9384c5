using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.Modeling.Processing.Pictures;

namespace PathVlm.Experiments.Rollouts;

/// <summary>Reviews the completions of a rollout file, as the process reward of a training run would.</summary>
internal sealed class RolloutReviewer(ReviewPanel panel, CancellationToken cancellation)
{
    private const int FirstBlockLines = 50; // few, so that the total cost is forecast early
    private const int BlockLines = 128;
    private readonly Dictionary<string, long> _rowNumbers = new(StringComparer.Ordinal);

    /// <summary>Reviews all lines, block by block, inside the panel's bounds.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="onReviewed">Called with the number of lines that are reviewed.</param>
    /// <returns>One review per line, in their order.</returns>
    internal IReadOnlyList<ReviewedRollout> Review(IReadOnlyList<RolloutLine> lines, Action<int> onReviewed)
    {
        List<ReviewedRollout> reviewed = [];
        IEnumerable<RolloutLine[]> later = lines.Skip(FirstBlockLines).Chunk(BlockLines);
        foreach (RolloutLine[] block in lines.Take(FirstBlockLines).Chunk(FirstBlockLines).Concat(later))
        {
            Dictionary<string, byte[]> pictures = new(StringComparer.Ordinal);
            ProcessReviewRequest[] requests = [.. block.Select(line => RequestOf(line, pictures))];
            ProcessReview[] reviews = panel.ReviewAsync(requests, cancellation).ConfigureAwait(false).GetAwaiter().GetResult();
            for (int i = 0; i < block.Length; i++) reviewed.Add(new ReviewedRollout(block[i], reviews[i], panel.KeyOf(requests[i])));
            onReviewed(reviewed.Count);
        }

        return reviewed;
    }

    private ProcessReviewRequest RequestOf(RolloutLine line, Dictionary<string, byte[]> pictures)
    {
        PathologyQuestion row = line.Question;
        if (!pictures.TryGetValue(row.ImagePath, out byte[]? picture))
            pictures[row.ImagePath] = picture = JudgePicture.Encode(PictureFile.Decode(row.ImagePath));
        if (!_rowNumbers.TryGetValue(row.Id, out long number)) _rowNumbers[row.Id] = number = _rowNumbers.Count;
        return ProcessReviewRequest.FromCompletion(
            row, picture, line.Text, JudgeReference.Answer, new ReviewCoordinates(line.Step, number, line.Sample, row.Id));
    }
}
