#!/usr/bin/env dotnet
#:project ../src/PathVlm.Experiments/PathVlm.Experiments.csproj
#:project ../src/PathVlm.Synthesis/PathVlm.Synthesis.csproj
#:package TorchSharp-cpu@0.107.0
#:property PublishAot=false

// GRPO with a reward of your own. For research, not for diagnosis.
// dotnet run -c Release samples/2-grpo.cs
using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.Experiments.Plans;
using PathVlm.MLNet;
using PathVlm.MLNet.Training.Logging;
using PathVlm.Synthesis;

var ml = new MLContext(seed: 17);
var pathology = ml.Pathology();
var drawn = pathology.Data.Synthesize("out/2/data",
    new SyntheticSetOptions { SftCount = 0, RlCount = 32, TestCount = 1, OutOfDomainCount = 0 });
var rows = pathology.Data.LoadPathMmu(drawn.PathMmuFile, splits: ["rl"]);

// Any transformer that adds a column <Name>Reward, a number per completion, is a reward.
var brevity = ml.Transforms.CustomMapping<Sampled, Scored>(
    (row, score) => score.BrevityReward = [.. row.RolloutTokenCounts.Select(tokens => tokens <= 28 ? 1f : 0f)], contractName: null);
var rewards = pathology.FormatReward().Append(pathology.AccuracyReward()).Append(brevity);

var options = Recipe.Create(Preset.Embedded).Grpo;
options.BaseModel = EmbeddedBaseModel.Folder;
options.MaxSteps = 3; // a real run needs a hundred and more
options.BatchSize = 32;
options.GroupSize = 4;
options.NumIterations = 1;
options.RewardWeights = [1, 2, 1];
var grpo = pathology.Grpo(rewards, options);
using var beta = grpo.Fit(rows);
foreach (var line in grpo.Result!.Log)
    Console.WriteLine($"reward {line[MetricNames.Reward]:0.00}, right {line[MetricNames.RewardMean("AccuracyReward")]:0.00}, "
        + $"short {line[MetricNames.RewardMean("BrevityReward")]:0.00}, mean length {line[MetricNames.MeanLength]:0.0}");
Console.WriteLine($"all steps done: {grpo.Result.Steps == 3}");

internal sealed class Sampled
{
    [VectorType] public int[] RolloutTokenCounts { get; set; } = [];
}

internal sealed class Scored
{
    [VectorType] public float[] BrevityReward { get; set; } = [];
}
