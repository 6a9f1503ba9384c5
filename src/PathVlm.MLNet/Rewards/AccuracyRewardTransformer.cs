using Microsoft.ML;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Persistence;

namespace PathVlm.MLNet.Rewards;

/// <summary>Adds <c>AccuracyReward</c> [G]: 1 for each rollout whose answer is right by <see cref="Rule"/>, else 0.</summary>
[PersistedComponent("AccuracyReward", 1)]
internal sealed class AccuracyRewardTransformer : RolloutRewardTransformer
{
    internal const string Name = "AccuracyReward";
    internal const PathologyRowNeeds Needs = PathologyRowNeeds.Answer;
    private const string SettingsEntry = "Settings.json";

    internal AccuracyRewardTransformer(IHostEnvironment environment, AccuracyRule rule)
        : base(environment, Name, Name)
    {
        Rule = rule;
    }

    /// <summary>When an answer counts as right.</summary>
    public AccuracyRule Rule { get; }

    internal static ITransformer Load(IHostEnvironment environment, ModelReader reader) =>
        new AccuracyRewardTransformer(environment, reader.ReadJson<Settings>(SettingsEntry).Rule);

    private protected override void Write(ModelWriter writer) => writer.WriteJson(SettingsEntry, new Settings(Rule));

    private protected override IEnumerable<DataViewSchema.Column> MoreInputs(DataViewSchema schema)
    {
        PathologySchema.Check(schema, Needs);
        return PathologySchema.Columns(schema, Needs);
    }

    private protected override Func<string[], float[]> Scorer(DataViewRow row)
    {
        var reader = new PathologyRowReader(row, Needs);
        return rollouts =>
        {
            AnswerScorer scorer = reader.Read().Scorer;
            return Array.ConvertAll(rollouts, rollout => scorer.Score(rollout).IsRight(Rule) ? 1f : 0f);
        };
    }

    private sealed record Settings(AccuracyRule Rule);
}
