using PathVlm.Experiments.Reporting;
using PathVlm.Experiments.Rollouts;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.Experiments.Runs;

/// <summary>The reviews of a rollout file.</summary>
public sealed class RolloutReviewOutcome
{
    private readonly IReadOnlyList<ReviewedRollout> _rollouts;

    internal RolloutReviewOutcome(IReadOnlyList<ReviewedRollout> rollouts, IReadOnlyList<ReportTable> tables)
    {
        _rollouts = rollouts;
        Tables = tables;
        Missing = rollouts.Select(rollout => rollout.Review.Missing).OfType<MissingCause>().CountBy(cause => cause).ToDictionary();
    }

    /// <summary>Rollouts in the file.</summary>
    public int Count => _rollouts.Count;

    /// <summary>Scores by steps, findings, and cost.</summary>
    public IReadOnlyList<ReportTable> Tables { get; }

    /// <summary>Missing reviews by cause, in the order of the file.</summary>
    public IReadOnlyDictionary<MissingCause, int> Missing { get; }

    /// <summary>
    /// Writes scores and findings as JSON lines, one per rollout: step, generation, id, sample, reward, completeness, soundness (null where
    /// missing), missing (the cause), blank, findings.
    /// </summary>
    /// <param name="path">The file; written whole.</param>
    public void WriteScores(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RolloutScores.Write(path, _rollouts);
    }
}
