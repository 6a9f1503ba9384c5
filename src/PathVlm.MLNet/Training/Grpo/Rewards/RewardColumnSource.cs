using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Rollouts;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Training.Checkpoints;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Grpo.Rollouts;

namespace PathVlm.MLNet.Training.Grpo.Rewards;

/// <summary>Scores completions by running a reward transformer over a view of them and reading its columns.</summary>
/// <param name="rows">The rows that prompts were made of.</param>
/// <param name="rewards">Adds the reward columns.</param>
/// <param name="names">The columns that count, in their order.</param>
internal sealed class RewardColumnSource(IDataView rows, ITransformer rewards, IReadOnlyList<string> names) : IRewardSource
{
    private readonly JudgeMetrics? _judged = JudgeMetrics.Of(rewards, names);

    public IReadOnlyList<string> Names => names;

    public float[,] Score(IReadOnlyList<GrpoPrompt> prompts, IReadOnlyList<Rollout> rollouts, long step, CancellationToken cancellation)
    {
        int groupSize = rollouts.Count / prompts.Count;
        int[] order = [.. Enumerable.Range(0, prompts.Count).OrderBy(group => prompts[group].Row)];
        RolloutGroup[] groups = [.. order.Select(group => GroupOf(prompts[group], rollouts, group, groupSize))];
        IDataView scored = Transform(new RolloutView(rows, groups), step, cancellation);
        DataViewSchema.Column[] columns = [.. names.Select(name => scored.Schema[name])];
        using DataViewRowCursor cursor = scored.GetRowCursor(columns.Concat(_judged is null ? [] : JudgeMetrics.ColumnsOf(scored.Schema)));
        Action<IReadOnlyList<int>>? readJudged = _judged?.ReaderOf(cursor);
        ValueGetter<VBuffer<float>>[] getters = [.. columns.Select(column => cursor.GetGetter<VBuffer<float>>(column))];
        float[,] scores = new float[rollouts.Count, names.Count];
        int row = 0;
        for (; cursor.MoveNext(); row++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (row == order.Length) throw RowsChanged(order.Length);
            for (int reward = 0; reward < getters.Length; reward++)
                Read(getters[reward], names[reward], scores, reward, order[row] * groupSize, groupSize, prompts[order[row]].Id);
            readJudged?.Invoke(groups[row].TokenCounts);
        }
        return row == order.Length ? scores : throw RowsChanged(order.Length);
    }

    public IEnumerable<KeyValuePair<string, double>> TakeMetrics() => _judged?.TakeMetrics() ?? [];

    public JsonNode? SaveState() =>
        _judged is null ? null : JsonSerializer.SerializeToNode(_judged.Save(), CheckpointManifest.Json);

    public JsonNode? SaveMemory(JsonNode? state) => _judged is null || state is null
        ? null
        : JsonSerializer.SerializeToNode(_judged.KnownKeys(StateOf(state)), CheckpointManifest.Json);

    public void RestoreState(JsonNode state, JsonNode? memory) => _judged?.Restore(
        StateOf(state), memory?.Deserialize<string[][]>(CheckpointManifest.Json) ?? [.. StateOf(state).Judges.Select(_ => (string[])[])]);

    private static JudgeMetricsState StateOf(JsonNode state) => state.Deserialize<JudgeMetricsState>(CheckpointManifest.Json)!;

    private IDataView Transform(IDataView view, long step, CancellationToken cancellation)
    {
        foreach (ITransformer reward in PathologyModelFile.Flatten(rewards))
            view = reward is ProcessRewardTransformer process ? process.Transform(view, step, cancellation) : reward.Transform(view);
        return view;
    }

    private static RolloutGroup GroupOf(GrpoPrompt prompt, IReadOnlyList<Rollout> rollouts, int group, int groupSize)
    {
        Rollout[] own = [.. rollouts.Skip(group * groupSize).Take(groupSize)];
        return new RolloutGroup(
            prompt.Row, [.. own.Select(rollout => rollout.Text ?? "")], [.. own.Select(rollout => rollout.TokenIds.Count)]);
    }

    private static void Read(
        ValueGetter<VBuffer<float>> getter, string name, float[,] scores, int reward, int start, int groupSize, string id)
    {
        VBuffer<float> buffer = default;
        getter(ref buffer);
        if (buffer.Length != groupSize)
            throw new InvalidOperationException(
                $"{GrpoDefaults.Name}, row [{id}]: [{name}]: expected {groupSize} scores, one per rollout (NaN for none),"
                + $" got {buffer.Length}.");
        int rollout = start;
        foreach (float score in buffer.DenseValues())
            scores[rollout++, reward] = float.IsInfinity(score)
                ? throw new InvalidOperationException(
                    $"{GrpoDefaults.Name}, row [{id}]: [{name}]: expected a finite score, or NaN for none, got {score}.")
                : score;
    }

    private static InvalidOperationException RowsChanged(int expected) => new(
        $"{GrpoDefaults.Name}: expected {expected} rows from the rewards, got another number;"
        + " a reward adds columns and leaves rows as they are.");
}
