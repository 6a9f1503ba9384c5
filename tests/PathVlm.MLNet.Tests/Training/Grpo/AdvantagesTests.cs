using PathVlm.MLNet.Rewards.Scaling;

namespace PathVlm.MLNet.Tests.Training.Grpo;

public sealed class AdvantagesTests
{
    private const float None = float.NaN;

    [Fact]
    public void GroupScalingDividesByTheUnbiasedDeviationPlusEpsilon()
    {
        // mean 2, deviation sqrt((1 + 1) / 1) = 1.41421; second group mean 5, deviation sqrt(8) = 2.82843.
        AdvantageResult result = Compute(new float[,] { { 1 }, { 3 }, { 3 }, { 7 } }, [1], groupSize: 2);
        AssertClose([-1 / 1.41431f, 1 / 1.41431f, -2 / 2.82853f, 2 / 2.82853f], result.Advantages);
    }

    [Fact]
    public void BatchScalingDividesByTheDeviationOfTheWholeBatch()
    {
        // rewards 1 3 3 7: mean 3.5, deviation sqrt((6.25 + .25 + .25 + 12.25) / 3) = 2.51661.
        AdvantageResult result = Compute(new float[,] { { 1 }, { 3 }, { 3 }, { 7 } }, [1], groupSize: 2, RewardScaling.Batch);
        AssertClose([-1 / 2.51671f, 1 / 2.51671f, -2 / 2.51671f, 2 / 2.51671f], result.Advantages);
    }

    [Fact]
    public void WithoutScalingTheGroupsMeanIsTakenOff()
    {
        AdvantageResult result = Compute(new float[,] { { 1 }, { 3 }, { 3 }, { 7 } }, [1], groupSize: 2, RewardScaling.None);
        AssertClose([-1, 1, -2, 2], result.Advantages);
    }

    [Fact]
    public void RewardsAreWeightedBeforeTheyAreSummed()
    {
        AdvantageResult result = Compute(new float[,] { { 1, 1 }, { 1, 0 } }, [1, 0.5], groupSize: 2, RewardScaling.None);
        Assert.Equal([1.5, 1], result.Rewards);
        AssertClose([0.25f, -0.25f], result.Advantages);
    }

    [Fact]
    public void EqualRewardsGiveZeroAdvantage()
    {
        AdvantageResult result = Compute(new float[,] { { 0.1f }, { 0.1f }, { 0.1f }, { 0.2f }, { 0.3f }, { 0.4f } }, [1], groupSize: 3);
        Assert.Equal([0f, 0f, 0f], result.Advantages[..3]);
        Assert.Equal(0.5, result.ZeroDeviationShare);
    }

    [Fact]
    public void AnUnscoredCompletionHasAdvantageZeroAndLeavesItsSiblingsBaseline()
    {
        foreach (MissingRewardPolicy policy in Enum.GetValues<MissingRewardPolicy>())
        {
            AdvantageResult result = Compute(
                new float[,] { { 1, 1 }, { None, None }, { 0, 0 } }, [1, 1], groupSize: 3, RewardScaling.None, missing: policy);
            AssertClose([1, 0, -1], result.Advantages);
            Assert.True(double.IsNaN(result.Rewards[1]));
        }
    }

    [Fact]
    public void NanSumAddsNothingForAMissingScore()
    {
        AdvantageResult result = Compute(
            new float[,] { { 1, 1 }, { 1, None } }, [1, 1], groupSize: 2, RewardScaling.None, missing: MissingRewardPolicy.NanSum);
        Assert.Equal([2, 1], result.Rewards);
    }

    [Fact]
    public void GroupMeanStandsInWhereHalfTheGroupIsScored()
    {
        AdvantageResult result = Compute(
            new float[,] { { 1, 0.2f }, { 1, 0.6f }, { 0, None }, { 1, None } }, [1, 1], groupSize: 4, RewardScaling.None);
        AssertClose([1.2, 1.6, 0.4, 1.4], result.Rewards);
    }

    [Fact]
    public void ARewardThatScoredLessThanHalfTheGroupIsLeftOutForAllOfIt()
    {
        AdvantageResult result = Compute(
            new float[,] { { 1, 0.2f }, { 1, None }, { 0, None }, { 1, None } }, [1, 1], groupSize: 4, RewardScaling.None);
        AssertClose([1, 1, 0, 1], result.Rewards);
    }

    [Fact]
    public void NormalizeThenSumNormalizesEachRewardWithinItsGroupAndTheSumOverTheBatch()
    {
        // reward 1: +-1 / (1.41421 + 1e-4) = +-0.70706; reward 2 of group 1: 0; of group 2: +-0.70704 (deviation 0.70711 + 1e-4, half 0.5).
        AdvantageResult result = Advantages.Compute(
            new float[,] { { 2, 1 }, { 0, 1 }, { 2, 0 }, { 0, 1 } }, [1, 2], 2, RewardScaling.Group, RewardAggregation.NormalizeThenSum,
            MissingRewardPolicy.NanSum);
        double one = 1 / (Math.Sqrt(2) + 1e-4), two = 0.5 / (Math.Sqrt(0.5) + 1e-4);
        double[] sums = [one, -one, one - 2 * two, 2 * two - one];
        double deviation = Math.Sqrt(sums.Sum(s => s * s) / 3) + 1e-4;
        AssertClose([.. sums.Select(s => (float)(s / deviation))], result.Advantages);
        Assert.Equal([4, 2, 2, 2], result.Rewards);
    }

    [Fact]
    public void AGroupSizeThatDoesNotDivideTheRowsIsRefused()
    {
        ArgumentException fault = Assert.Throws<ArgumentException>(() => Compute(new float[3, 1], [1], groupSize: 2));
        Assert.Contains("groupSize: expected a divisor of the 3 rows, got 2", fault.Message, StringComparison.Ordinal);
    }

    private static AdvantageResult Compute(
        float[,] scores, double[] weights, int groupSize, RewardScaling scaling = RewardScaling.Group,
        MissingRewardPolicy missing = MissingRewardPolicy.GroupMean) =>
        Advantages.Compute(scores, weights, groupSize, scaling, RewardAggregation.SumThenNormalize, missing);

    private static void AssertClose(double[] expected, double[] actual)
    {
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 6);
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5f);
    }
}
