using Microsoft.ML;

namespace PathVlm.MLNet.Tests.Training.Checkpoints;

/// <summary>A reward that differs from one completion to the next: its length in characters.</summary>
internal static class LengthRewards
{
    public static IEstimator<ITransformer> Make(MLContext ml) => ml.Transforms.CustomMapping<Judged, Scored>(
        (row, score) => score.LengthReward = [.. row.Rollouts.Select(rollout => (float)rollout.Length)], contractName: null);

    private sealed class Judged
    {
        public string[] Rollouts { get; set; } = [];
    }

    private sealed class Scored
    {
        public float[] LengthReward { get; set; } = [];
    }
}
