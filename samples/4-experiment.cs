#!/usr/bin/env dotnet
#:project ../src/PathVlm.Experiments/PathVlm.Experiments.csproj
#:project ../src/PathVlm.Synthesis/PathVlm.Synthesis.csproj
#:package TorchSharp-cpu@0.107.0
#:property PublishAot=false

// The paper's design in one call, with a handful of rows and steps. For research, not for diagnosis.
// dotnet run -c Release samples/4-experiment.cs
using Microsoft.ML;
using PathVlm.Experiments;
using PathVlm.Experiments.Plans;
using PathVlm.Experiments.Runs;
using PathVlm.Experiments.Stages;
using PathVlm.MLNet;
using PathVlm.Synthesis;

var ml = new MLContext(seed: 17);
var pathology = ml.Pathology();
var drawn = pathology.Data.Synthesize("out/4/data",
    new SyntheticSetOptions { SftCount = 32, RlCount = 8, TestCount = 4, OutOfDomainCount = 0 });
var rows = StagedData.Load(pathology, drawn.PathMmuFile);

var recipe = Recipe.Create(Preset.Embedded); // Preset.Paper has the paper's numbers
(recipe.Sft.Epochs, recipe.Sft.MaxSteps) = (null, 2);
foreach (var options in new[] { recipe.Grpo, recipe.Process })
    (options.MaxSteps, options.BatchSize, options.GroupSize, options.NumIterations) = (1, 8, 2, 1);
var plan = new ExperimentPlan { Recipe = recipe, Bases = [new NamedPath("embedded", EmbeddedBaseModel.Folder)] };

// Started again, it goes on where it stopped; what is finished is not done twice.
var report = Experiment.Run(ml, plan, rows, "out/4/run", new ExperimentOptions { Resume = Directory.Exists("out/4/run") });
foreach (var table in report.Tables)
{
    Console.WriteLine(table.Title);
    foreach (var line in table.Rows) Console.WriteLine("  " + string.Join(" | ", line));
}

Console.WriteLine($"the report is one page: {File.Exists(report.Page)}");
