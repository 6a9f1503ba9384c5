using PathVlm.Experiments.Progress;
using PathVlm.Experiments.Rollouts;
using PathVlm.Experiments.Runs;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.Experiments;

/// <summary>Reviews of the completions that a GRPO stage wrote (rollouts.jsonl); what the record holds is not asked again.</summary>
public static class RolloutReview
{
    /// <summary>Reviews a rollout file.</summary>
    /// <param name="judge">The judge.</param>
    /// <param name="options">Bounds, prices and record.</param>
    /// <param name="rolloutFile">The file.</param>
    /// <param name="rows">The set that the rollouts are of, joined by id; null: each line names its own picture and question.</param>
    /// <param name="showsPrices">Whether tables and forecast show money.</param>
    /// <param name="progress">Told what happens; null for nobody.</param>
    /// <param name="cancellation">Ends the reviews.</param>
    /// <exception cref="InvalidDataException">The file holds no rollout, or a line is faulty; line and field are named.</exception>
    /// <exception cref="JudgeStoppedException">The judge cannot be used any further, or the budget is spent.</exception>
    public static RolloutReviewOutcome Run(
        IProcessJudge judge, ReviewPanelOptions options, string rolloutFile, IEnumerable<PathologyQuestion>? rows = null,
        bool showsPrices = true, IProgress<RunEvent>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(judge);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(rolloutFile);
        return new RolloutReviewRun(judge, options, showsPrices, new RunReporter(progress), cancellation)
            .Run(rolloutFile, new RolloutFile(rolloutFile, rows).Read());
    }
}
