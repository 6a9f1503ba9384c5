using PathVlm.MLNet.Rewards.Scaling;
using PathVlm.MLNet.Tests.Training.Support;
using PathVlm.MLNet.Training.Grpo.Rollouts;
using PathVlm.MLNet.Training.Reporting;

namespace PathVlm.MLNet.Tests.Training.Grpo;

public sealed class RolloutKeeperTests
{
    [Theory]
    [InlineData(0, new long[0])]
    [InlineData(1, new long[] { 0 })]
    [InlineData(2, new long[] { 0, 1 })]
    [InlineData(3, new long[] { 0, 1, 2 })]
    [InlineData(1000, new long[] { 0, 512, 999 })] // every 64th is kept, and the last
    public void BeginMiddleAndEndAreKeptHoweverLongARunIs(int batches, long[] steps)
    {
        RolloutKeeper keeper = new(["score"]);
        for (int number = 0; number < batches; number++) keeper.Add(number, Batch(number));
        IReadOnlyList<SampledRollouts> kept = keeper.Take();
        Assert.Equal(steps, kept.Select(sampled => sampled.Step));
        Assert.All(kept, sampled => Assert.Equal(["row 0", "row 0", "row 1", "row 1"], sampled.Rollouts.Select(rollout => rollout.Id)));
    }

    [Fact]
    public void ARolloutCarriesItsScoresAndNoPictureWhereThereAreOnlyPatches()
    {
        RolloutKeeper keeper = new(["score"]);
        keeper.Add(0, Batch(0));
        SampledRollout rollout = keeper.Take()[0].Rollouts[2];
        Assert.Equal([("score", 2.0)], rollout.Scores);
        Assert.Equal((20, 0.5), (rollout.Reward, rollout.Advantage));
        Assert.Null(rollout.Picture);
    }

    private static GenerationBatch Batch(int number)
    {
        GrpoPrompt[] prompts = TinyModel.Prompts(2);
        return new GenerationBatch
        {
            Number = number, Prompts = prompts, GroupSize = 2,
            Rollouts = new ScriptedRollouts().Generate(new RolloutRequest(prompts, 2, 0, 0, _ => null), default),
            Scores = new float[,] { { 0 }, { 1 }, { 2 }, { 3 } },
            Advantages = new AdvantageResult([0, 10, 20, 30], [0, 0.25f, 0.5f, 0.75f], [1, 1, 1, 1]),
        };
    }
}
