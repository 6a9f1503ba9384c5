#!/usr/bin/env dotnet
#:project ../src/PathVlm.Experiments/PathVlm.Experiments.csproj
#:project ../src/PathVlm.Synthesis/PathVlm.Synthesis.csproj
#:package TorchSharp-cpu@0.107.0
#:property PublishAot=false

// A first model: draw a set, fine-tune a small base on it, ask it. For research, not for diagnosis.
// dotnet run -c Release samples/1-first-model.cs
using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.Experiments.Plans;
using PathVlm.MLNet;
using PathVlm.MLNet.Evaluation;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.Synthesis;

var ml = new MLContext(seed: 17);
var pathology = ml.Pathology();
var drawn = pathology.Data.Synthesize("out/1/data",
    new SyntheticSetOptions { SftCount = 128, RlCount = 0, TestCount = 20, OutOfDomainCount = 0 });
var rows = pathology.Data.LoadPathMmu(drawn.PathMmuFile, splits: ["sft"]);
var test = pathology.Data.LoadPathMmu(drawn.PathMmuFile, splits: ["test"]);

var options = Recipe.Create(Preset.Embedded).Sft; // prompt, lengths and rates for a model this small
options.BaseModel = EmbeddedBaseModel.Folder;
options.Epochs = 1; // a real run needs more
using var alpha = pathology.SupervisedFineTuning(options).Fit(rows);
Console.WriteLine(EvaluationTables.Accuracy([("Alpha", pathology.Evaluate(alpha.Transform(test)))]));

pathology.Save(alpha, rows.Schema, "out/1/alpha.zip");
var loaded = pathology.Load("out/1/alpha.zip", out _);
using var engine = ml.Model.CreatePredictionEngine<PathologyInput, PathologyPrediction>(
    loaded, new PredictionEngineOptions { OwnsTransformer = false });
using var tile = MLImage.CreateFromFile(test.Questions[0].ImagePath);
var answer = engine.Predict(new PathologyInput { Image = tile, Question = test.Questions[0].Question, Options = [.. test.Questions[0].Options] });
Console.WriteLine($"{answer.PredictedAnswer}: {answer.Reasoning}");
var trained = ml.Data.CreateEnumerable<PathologyPrediction>(alpha.Transform(ml.Data.TakeRows(test, 1)), reuseRowObject: false).Single();
Console.WriteLine($"the loaded model answers as the trained one: {answer.Response == trained.Response}");
((IDisposable)loaded).Dispose();
