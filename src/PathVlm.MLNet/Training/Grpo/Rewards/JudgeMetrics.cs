using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Rewards.Scaling;
using PathVlm.MLNet.Training.Logging;

namespace PathVlm.MLNet.Training.Grpo.Rewards;

/// <summary>
/// The judge/* metrics of a generation batch, where a reward is a process reward (<see cref="MetricNames"/>). Failures of a cause are
/// counted from the cause's first time on; a number that does not exist is NaN.
/// </summary>
internal sealed class JudgeMetrics
{
    private readonly IReadOnlyList<ProcessRewardTransformer> _judges;
    private readonly List<ReviewScores> _rollouts = [];
    private readonly SortedSet<MissingCause> _causes = [];
    private ReviewTotals _last;

    private JudgeMetrics(IReadOnlyList<ProcessRewardTransformer> judges)
    {
        _judges = judges;
        _last = Totals();
    }

    /// <summary>Metrics of the process rewards in a chain; null where there are none, or where their score does not count.</summary>
    public static JudgeMetrics? Of(ITransformer rewards, IReadOnlyList<string> names) =>
        JudgesIn(rewards, names) is { Count: > 0 } judges ? new JudgeMetrics(judges) : null;

    /// <summary>What a checkpoint keeps.</summary>
    public JudgeMetricsState Save() => new(_last, [.. _causes], [.. _judges.Select(judge => judge.Save())]);

    /// <summary>Keys of what each judge's memory answers, as far as a state counts them.</summary>
    public IReadOnlyList<string>[] KnownKeys(JudgeMetricsState state) =>
        [.. _judges.Zip(state.Judges, (judge, kept) => judge.Panel.KnownKeys(kept.Panel.Known))];

    /// <summary>Goes on from a checkpoint.</summary>
    /// <exception cref="InvalidDataException">It was written with other judges.</exception>
    public void Restore(JudgeMetricsState state, IReadOnlyList<IReadOnlyList<string>> known)
    {
        if (state.Judges.Count != _judges.Count)
            throw new InvalidDataException($"the checkpoint: judges: expected {_judges.Count}, got {state.Judges.Count}");
        _last = state.Last;
        _causes.UnionWith(state.Causes);
        for (int i = 0; i < _judges.Count; i++) _judges[i].Restore(state.Judges[i], known[i]);
    }

    /// <summary>The process rewards in a chain whose score counts.</summary>
    public static IReadOnlyList<ProcessRewardTransformer> JudgesIn(ITransformer rewards, IReadOnlyList<string> names) =>
        names.Contains(ProcessRewardColumns.ProcessReward)
            ? [.. PathologyModelFile.Flatten(rewards).OfType<ProcessRewardTransformer>()]
            : [];

    /// <summary>The columns that are read, as far as the scored view has them.</summary>
    public static IEnumerable<DataViewSchema.Column> ColumnsOf(DataViewSchema schema) =>
        new[] { ProcessRewardColumns.ProcessReward, ProcessRewardColumns.CompletenessScore, ProcessRewardColumns.SoundnessScore }
            .Select(name => schema.GetColumnOrNull(name)).OfType<DataViewSchema.Column>();

    /// <summary>Reads the scores of the row that the cursor is at; called with the numbers of tokens of its rollouts.</summary>
    public Action<IReadOnlyList<int>> ReaderOf(DataViewRowCursor cursor)
    {
        Func<int, float[]> rewards = ColumnReader(cursor, ProcessRewardColumns.ProcessReward);
        Func<int, float[]> completeness = ColumnReader(cursor, ProcessRewardColumns.CompletenessScore);
        Func<int, float[]> soundness = ColumnReader(cursor, ProcessRewardColumns.SoundnessScore);
        return tokens =>
        {
            float[] reward = rewards(tokens.Count), complete = completeness(tokens.Count), sound = soundness(tokens.Count);
            for (int i = 0; i < tokens.Count; i++) _rollouts.Add(new ReviewScores(reward[i], complete[i], sound[i], tokens[i]));
        };
    }

    /// <summary>The metrics of what was read and asked since the last call.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> TakeMetrics()
    {
        ReviewTotals now = Totals(), added = now.Since(_last);
        _last = now;
        ReviewScores[] read = [.. _rollouts], scored = [.. read.Where(rollout => !double.IsNaN(rollout.Reward))];
        _rollouts.Clear();
        _causes.UnionWith(added.Missing.Where(cause => cause.Value > 0).Select(cause => cause.Key));
        return
        [
            new(MetricNames.JudgeReviews, added.Asked),
            new(MetricNames.JudgeRequests, added.Requests),
            new(MetricNames.JudgeInputTokens, added.InputTokens),
            new(MetricNames.JudgeOutputTokens, added.OutputTokens),
            new(MetricNames.JudgePrice, (double)added.Price),
            new(MetricNames.JudgeLatency, added.JudgeTime.TotalSeconds / added.Asked),
            new(MetricNames.JudgeCacheHitRate, Share(added.CacheHits, added.Asked + added.CacheHits)),
            new(MetricNames.JudgeQuoteRejectedRate, Share(added.QuotesRejected, added.Quotes)),
            .. _causes.Select(cause => new KeyValuePair<string, double>(
                MetricNames.JudgeFailures(cause.ToString()), added.Missing.GetValueOrDefault(cause))),
            new(MetricNames.JudgeMissingRate, Share(read.Length - scored.Length, read.Length)),
            new(MetricNames.JudgeCompleteness, GroupStatistics.Mean([.. scored.Select(rollout => rollout.Completeness)])),
            new(MetricNames.JudgeSoundness, GroupStatistics.Mean([.. scored.Select(rollout => rollout.Soundness)])),
            new(MetricNames.JudgeLengthCorrelation, RankCorrelation.Of(
                [.. scored.Select(rollout => rollout.Reward)], [.. scored.Select(rollout => (double)rollout.Tokens)])),
            new(MetricNames.JudgeCanaryMax, _judges.Select(judge => (double?)judge.Canaries?.HighestEmptyCompleteness).Max() ?? double.NaN),
        ];
    }

    private ReviewTotals Totals() => ReviewTotals.Of(_judges.Select(judge => judge.Statistics));

    private static double Share(int part, int whole) => (double)part / whole;

    private static Func<int, float[]> ColumnReader(DataViewRowCursor cursor, string name)
    {
        if (cursor.Schema.GetColumnOrNull(name) is not { } column) return count => [.. Enumerable.Repeat(float.NaN, count)];
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> buffer = default;
        return _ =>
        {
            getter(ref buffer);
            return [.. buffer.DenseValues()];
        };
    }

    private readonly record struct ReviewScores(double Reward, double Completeness, double Soundness, int Tokens);
}
