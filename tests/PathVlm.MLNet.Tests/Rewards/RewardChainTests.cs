using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using PathVlm.MLNet.Tests.Contract;

namespace PathVlm.MLNet.Tests.Rewards;

public sealed class RewardChainTests
{
    [Fact]
    public void AUsersOwnRewardStandsInAChainWithOurs()
    {
        var ml = new MLContext();
        IDataView rows = ml.Data.LoadFromEnumerable(RolloutRow.Examples);
        CustomMappingEstimator<RolloutRow, Brevity> brief = ml.Transforms.CustomMapping<RolloutRow, Brevity>(
            (row, score) => score.BrevityReward = [.. row.Rollouts.Select(rollout => rollout.Length < 40 ? 0.5f : 0f)], contractName: null);
        EstimatorChain<ITransformer> rewards = ml.Pathology().FormatReward()
            .Append(ml.Pathology().AccuracyReward()).Append(brief)
            .Append(ml.Pathology().SumRewards([new("FormatReward"), new("AccuracyReward", 2), new("BrevityReward")]));
        Assert.Equal(["[3, 1.5, 0.5]", "[2.5, 2, 0.5]"], RowDump.Of(rewards.Fit(rows).Transform(rows), "Reward"));
    }

    private sealed class Brevity
    {
        public float[] BrevityReward { get; set; } = [];
    }
}
