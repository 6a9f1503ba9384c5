using Microsoft.ML;
using Microsoft.ML.Transforms;
using PathVlm.MLNet.Inference.Rollouts;
using PathVlm.MLNet.Tests.Contract;
using PathVlm.MLNet.Training.Grpo.Rewards;
using PathVlm.MLNet.Training.Grpo.Rollouts;

namespace PathVlm.MLNet.Tests.Training.Grpo.Rewards;

public sealed class RewardColumnSourceTests
{
    private readonly MLContext _ml = new();

    [Fact]
    public void ScoresComeBackInTheOrderOfThePromptsARowTwiceIncluded()
    {
        IDataView rows = TinyCheckpoint.Rows("Rl", "Rl", "Rl");
        ITransformer reward = _ml.Transforms.CustomMapping<Judged, Scored>(
            (row, score) => score.OwnReward =
                [.. row.Rollouts.Select(rollout => int.Parse(row.Id[1..], null) * 100f + int.Parse(rollout, null))],
            contractName: null).Fit(new RolloutView(rows, []));
        GrpoPrompt[] prompts = [Prompt(2), Prompt(0), Prompt(2)];
        Rollout[] rollouts = [.. Enumerable.Range(1, 6).Select(number => new Rollout([number], false) { Text = $"{number}" })];
        float[,] scores = new RewardColumnSource(rows, reward, ["OwnReward"]).Score(prompts, rollouts, step: 0, default);
        Assert.Equal([201, 202, 3, 4, 205, 206], scores.Cast<float>());
    }

    private static GrpoPrompt Prompt(int row) => new($"q{row}", row, [1], []);

    private sealed class Judged
    {
        public string Id { get; set; } = "";

        public string[] Rollouts { get; set; } = [];
    }

    private sealed class Scored
    {
        public float[] OwnReward { get; set; } = [];
    }
}
