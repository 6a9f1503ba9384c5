using System.Text.Json.Nodes;

namespace PathVlm.MLNet.Training.Grpo.Rollouts;

/// <summary>Scores completions.</summary>
internal interface IRewardSource
{
    /// <summary>Names of the rewards, one per column of what <see cref="Score"/> returns.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Scores completions.</summary>
    /// <param name="prompts">The prompt of each group.</param>
    /// <param name="rollouts">B*G completions, group by group.</param>
    /// <param name="step">Optimizer steps done; records of the scores carry it.</param>
    /// <param name="cancellation">Ends the scoring.</param>
    /// <returns>[B*G, rewards]; NaN where a reward gives no score.</returns>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    float[,] Score(IReadOnlyList<GrpoPrompt> prompts, IReadOnlyList<Rollout> rollouts, long step, CancellationToken cancellation);

    /// <summary>Metrics of what was scored since the last call; the default has none.</summary>
    IEnumerable<KeyValuePair<string, double>> TakeMetrics() => [];

    /// <summary>What it keeps between two generation batches, for a checkpoint; null where that is nothing, as by default.</summary>
    JsonNode? SaveState() => null;

    /// <summary>
    /// What grows with the run, as far as a state of <see cref="SaveState"/> counts it; asked for when a checkpoint is written.
    /// </summary>
    JsonNode? SaveMemory(JsonNode? state) => null;

    /// <summary>Puts back what <see cref="SaveState"/> and <see cref="SaveMemory"/> gave.</summary>
    void RestoreState(JsonNode state, JsonNode? memory)
    {
    }
}
