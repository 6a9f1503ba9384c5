using Microsoft.ML;
using Microsoft.ML.Runtime;
using PathVlm.MLNet.Answers;
using PathVlm.MLNet.Persistence;

namespace PathVlm.MLNet.Rewards;

/// <summary>Adds <c>FormatReward</c> [G]: 1 for each rollout that has the think/answer format (<see cref="FormatRule"/>), else 0.</summary>
[PersistedComponent("FormatReward", 1)]
internal sealed class FormatRewardTransformer : RolloutRewardTransformer
{
    internal const string Name = "FormatReward";

    internal FormatRewardTransformer(IHostEnvironment environment)
        : base(environment, Name, Name)
    {
    }

    internal static ITransformer Load(IHostEnvironment environment, ModelReader reader) => new FormatRewardTransformer(environment);

    private protected override void Write(ModelWriter writer)
    {
    }

    private protected override Func<string[], float[]> Scorer(DataViewRow row) =>
        rollouts => Array.ConvertAll(rollouts, FormatRule.Score);
}
