using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Inference.Rollouts;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Training.Grpo.Rollouts;

namespace PathVlm.MLNet.Training.Grpo.Rewards;

/// <summary>Scores completions by running a reward transformer over a view of them and reading its columns.</summary>
/// <param name="rows">The rows that prompts were made of.</param>
/// <param name="rewards">Adds the reward columns.</param>
/// <param name="names">The columns that count, in their order.</param>
internal sealed class RewardColumnSource(IDataView rows, ITransformer rewards, IReadOnlyList<string> names)
    : IRewardSource, IRewardMetrics
{
    private readonly JudgeMetrics? _judged = JudgeMetrics.Of(rewards, names);
    private long _step;

    public IReadOnlyList<string> Names => names;

    public float[,] Score(IReadOnlyList<GrpoPrompt> prompts, IReadOnlyList<Rollout> rollouts, int groupSize, CancellationToken cancellation)
    {
        foreach (ProcessRewardTransformer process in PathologyModelFile.Flatten(rewards).OfType<ProcessRewardTransformer>())
            (process.Cancellation, process.Step) = (cancellation, _step);
        int[] order = [.. Enumerable.Range(0, prompts.Count).OrderBy(group => prompts[group].Row)];
        IDataView scored = rewards.Transform(new RolloutView(rows, [.. order.Select(group => GroupOf(prompts[group], rollouts, group, groupSize))]));
        float[,] scores = new float[rollouts.Count, names.Count];
        DataViewSchema.Column[] columns = [.. names.Select(name => scored.Schema[name])];
        using DataViewRowCursor cursor = scored.GetRowCursor(_judged is null ? columns : columns.Concat(JudgeMetrics.ColumnsOf(scored.Schema)));
        Action<IReadOnlyList<int>>? readJudged = _judged?.ReaderOf(cursor);
        ValueGetter<VBuffer<float>>[] getters = columns.Select(column => cursor.GetGetter<VBuffer<float>>(column)).ToArray();
        int row = 0;
        for (; cursor.MoveNext(); row++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (row >= order.Length) break;
            for (int reward = 0; reward < getters.Length; reward++)
                Read(getters[reward], names[reward], scores, reward, order[row] * groupSize, groupSize, prompts[order[row]].Id);
            readJudged?.Invoke([.. rollouts.Skip(order[row] * groupSize).Take(groupSize).Select(rollout => rollout.TokenIds.Count)]);
        }
        return row == order.Length
            ? scores
            : throw new InvalidOperationException($"{GrpoEstimator.Name}: the rewards gave another number of rows than the {order.Length} they were given; a reward adds columns and leaves rows alone.");
    }

    public void Begin(long step) => _step = step;

    public IEnumerable<KeyValuePair<string, double>> TakeMetrics() => _judged?.Take() ?? [];

    private static RolloutGroup GroupOf(GrpoPrompt prompt, IReadOnlyList<Rollout> rollouts, int group, int groupSize)
    {
        Rollout[] own = [.. rollouts.Skip(group * groupSize).Take(groupSize)];
        return new RolloutGroup(prompt.Row, [.. own.Select(rollout => rollout.Text ?? "")], [.. own.Select(rollout => rollout.TokenIds.Count)]);
    }

    private static void Read(ValueGetter<VBuffer<float>> getter, string name, float[,] scores, int reward, int start, int groupSize, string id)
    {
        VBuffer<float> buffer = default;
        getter(ref buffer);
        if (buffer.Length != groupSize)
            throw new InvalidOperationException($"{GrpoEstimator.Name}, row [{id}]: [{name}] has {buffer.Length} scores for {groupSize} rollouts; a reward gives one a rollout, NaN where it has none.");
        int rollout = start;
        foreach (float score in buffer.DenseValues())
            scores[rollout++, reward] = float.IsInfinity(score)
                ? throw new InvalidOperationException($"{GrpoEstimator.Name}, row [{id}]: [{name}] gave {score}; takes a finite score, or NaN for none.")
                : score;
    }
}
