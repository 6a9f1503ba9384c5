#!/usr/bin/env dotnet
#:project ../src/PathVlm.Experiments/PathVlm.Experiments.csproj
#:project ../src/PathVlm.Synthesis/PathVlm.Synthesis.csproj
#:package TorchSharp-cpu@0.107.0
#:property PublishAot=false

// Your own tiles: load, look for leaks, split by picture, train, evaluate with intervals. For research, not for diagnosis.
// dotnet run -c Release samples/5-your-own-tiles.cs [FOLDER with pictures and questions.jsonl]
using System.Text.Json;
using Microsoft.ML;
using PathVlm.Experiments.Plans;
using PathVlm.MLNet;
using PathVlm.MLNet.Data.Rows;
using PathVlm.MLNet.Evaluation;
using PathVlm.Synthesis;

var ml = new MLContext(seed: 17);
var pathology = ml.Pathology();
var mine = pathology.Data.LoadFolder(args.Length > 0 ? args[0] : Drawn());
Console.WriteLine(mine.LoadReport);
Console.WriteLine(pathology.Data.FindLeaks(mine));

var split = pathology.Data.SplitByFractions(mine, sft: 0.8, rl: 0, test: 0.2); // whole pictures to one stage
Console.WriteLine(split.Report);
Console.WriteLine($"no picture is in two stages: {pathology.Data.FindLeaks(split).Exact.Count == 0}");

var options = Recipe.Create(Preset.Embedded).Sft;
options.BaseModel = EmbeddedBaseModel.Folder;
options.Epochs = 1;
using var model = pathology.SupervisedFineTuning(options).Fit(split);
var test = ml.Data.FilterByCustomPredicate<StageOf>(split, row => row.Stage != PathologyStages.Test);
var seen = pathology.Evaluate(model.Transform(test));
var unseen = pathology.Evaluate(model.Transform(pathology.Data.BlankPictures(test)));
Console.WriteLine(EvaluationTables.Accuracy([("pictures", seen), ("grey pictures", unseen)]));
Console.WriteLine($"rows evaluated with and without their pictures: {seen.Overall.RowCount == unseen.Overall.RowCount}");

// Drawn tiles in a folder as yours may be: questions.jsonl beside the pictures, stages named row by row.
string Drawn()
{
    var drawn = pathology.Data.Synthesize("out/5/drawn",
        new SyntheticSetOptions { SftCount = 80, RlCount = 0, TestCount = 10, OutOfDomainCount = 0 });
    Directory.CreateDirectory("out/5/tiles");
    List<string> lines = [];
    foreach (var row in pathology.Data.LoadPathMmu(drawn.PathMmuFile).Questions)
    {
        var name = Path.GetFileName(row.ImagePath);
        File.Copy(row.ImagePath, Path.Combine("out/5/tiles", name), overwrite: true);
        lines.Add(JsonSerializer.Serialize(new
        {
            id = $"case-{lines.Count:000}", image = name, question = row.Question, options = row.Options, answer = row.Answer,
            explanation = row.Explanation, stage = lines.Count % 5 == 4 ? "Test" : "Sft",
        }));
    }

    File.WriteAllLines("out/5/tiles/questions.jsonl", lines);
    return "out/5/tiles";
}

internal sealed class StageOf
{
    public string Stage { get; set; } = "";
}
