using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Judging.Panel;
using PathVlm.MLNet.Judging.Protocol;
using PathVlm.MLNet.Rewards;
using PathVlm.MLNet.Rewards.Scaling;

namespace PathVlm.MLNet.Training.Grpo.Rewards;

/// <summary>
/// The judge/* metrics of a generation batch, where a reward is a process reward: judge/reviews (that asked the judge), judge/requests,
/// judge/tokens/input and output, judge/price, judge/latency/mean (seconds a review that asked), judge/cache_hit_rate (of the reviews that
/// were not blank), judge/quote_rejected_rate (of the quotes), judge/failures/CAUSE (reviews that asked in vain, from the cause's first
/// time on), judge/missing_rate (of the rollouts), judge/completeness/mean and judge/soundness/mean (of the rollouts, 0 to 1, missing ones
/// left out), judge/length_correlation (Spearman's, of reward and tokens), judge/canary_max (before the stage began). A number that does
/// not exist is NaN.
/// </summary>
internal sealed class JudgeMetrics
{
    private static readonly string[] Columns = [ProcessRewardColumns.ProcessReward, ProcessRewardColumns.CompletenessScore, ProcessRewardColumns.SoundnessScore];
    private readonly IReadOnlyList<ProcessRewardTransformer> _judges;
    private readonly List<(float[] Scores, int Tokens)> _rollouts = [];
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

    /// <summary>The process rewards in a chain whose score counts.</summary>
    public static IReadOnlyList<ProcessRewardTransformer> JudgesIn(ITransformer rewards, IReadOnlyList<string> names) =>
        names.Contains(ProcessRewardColumns.ProcessReward) ? [.. PathologyModelFile.Flatten(rewards).OfType<ProcessRewardTransformer>()] : [];

    /// <summary>The columns that are read, as far as the scored view has them.</summary>
    public static IEnumerable<DataViewSchema.Column> ColumnsOf(DataViewSchema schema) =>
        Columns.Select(name => schema.GetColumnOrNull(name)).OfType<DataViewSchema.Column>();

    /// <summary>Reads the scores of the row that the cursor stands on, whose rollouts have so many tokens.</summary>
    public Action<IReadOnlyList<int>> ReaderOf(DataViewRowCursor cursor)
    {
        ValueGetter<VBuffer<float>>?[] getters = Array.ConvertAll(Columns, name => cursor.Schema.GetColumnOrNull(name) is { } column ? cursor.GetGetter<VBuffer<float>>(column) : null);
        return tokens =>
        {
            float[][] scores = Array.ConvertAll(getters, getter => Values(getter, tokens.Count));
            for (int rollout = 0; rollout < tokens.Count; rollout++)
                _rollouts.Add((Array.ConvertAll(scores, column => column[rollout]), tokens[rollout]));
        };
    }

    /// <summary>The metrics of what was read and asked since the last call.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Take()
    {
        ReviewTotals now = Totals(), added = now.Since(_last);
        _last = now;
        (float[] Scores, int Tokens)[] read = [.. _rollouts];
        (float[] Scores, int Tokens)[] scored = [.. read.Where(rollout => !float.IsNaN(rollout.Scores[0]))];
        _rollouts.Clear();
        _causes.UnionWith(added.Missing.Where(cause => cause.Value > 0).Select(cause => cause.Key));
        return
        [
            new("judge/reviews", added.Asked),
            new("judge/requests", added.Requests),
            new("judge/tokens/input", added.InputTokens),
            new("judge/tokens/output", added.OutputTokens),
            new("judge/price", (double)added.Price),
            new("judge/latency/mean", added.JudgeTime.TotalSeconds / added.Asked),
            new("judge/cache_hit_rate", Share(added.CacheHits, added.Asked + added.CacheHits)),
            new("judge/quote_rejected_rate", Share(added.QuotesRejected, added.Quotes)),
            .. _causes.Select(cause => new KeyValuePair<string, double>(
                $"judge/failures/{JsonNamingPolicy.SnakeCaseLower.ConvertName(cause.ToString())}", added.Missing.GetValueOrDefault(cause))),
            new("judge/missing_rate", Share(read.Length - scored.Length, read.Length)),
            new("judge/completeness/mean", GroupStatistics.Mean([.. scored.Select(rollout => (double)rollout.Scores[1])])),
            new("judge/soundness/mean", GroupStatistics.Mean([.. scored.Select(rollout => (double)rollout.Scores[2])])),
            new("judge/length_correlation", RankCorrelation.Of([.. scored.Select(rollout => (double)rollout.Scores[0])], [.. scored.Select(rollout => (double)rollout.Tokens)])),
            new("judge/canary_max", _judges.Select(judge => (double?)judge.Canaries?.HighestEmptyCompleteness).Max() ?? double.NaN),
        ];
    }

    private ReviewTotals Totals() => ReviewTotals.Of(_judges.Select(judge => judge.Statistics));

    private static double Share(int part, int whole) => (double)part / whole;

    private static float[] Values(ValueGetter<VBuffer<float>>? getter, int count)
    {
        if (getter is null) return [.. Enumerable.Repeat(float.NaN, count)];
        VBuffer<float> buffer = default;
        getter(ref buffer);
        return [.. buffer.DenseValues()];
    }
}
