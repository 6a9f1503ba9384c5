// <snippet>
using Microsoft.ML;
using PathVlm.MLNet;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Judging.Rubric;
// </snippet>

namespace PathVlm.MLNet.Tests.Snippets;

internal static class QuickStart
{
    public static void Run()
    {
        // <snippet>
        MLContext ml = new(seed: 17);
        PathologyCatalog pathology = ml.Pathology();
        IDataView rows = pathology.Data.SplitByFractions(pathology.Data.LoadPathMmu("data/pathmmu"), sft: 0.3, rl: 0.5, test: 0.2);
        var outcome = pathology.FormatReward().Append(pathology.AccuracyReward());
        var process = pathology.ProcessReward(new RubricJudge());
        var pipeline = pathology.SupervisedFineTuning(baseModel: "data/base", epochs: 2, learningRate: 1e-3)
            .Append(pathology.Grpo(outcome, maxSteps: 4, learningRate: 1e-4)) // a real run needs a hundred steps and more
            .Append(pathology.Grpo(outcome.Append(process), maxSteps: 4, learningRate: 1e-4));
        using var model = pipeline.Fit(rows);
        pathology.Save(model, rows.Schema, "pathvlm-r1.zip");
        IDataView answered = ml.Data.TakeRows(pathology.Load("pathvlm-r1.zip", out _).Transform(rows), 3);
        foreach (var answer in ml.Data.CreateEnumerable<PathologyPrediction>(answered, reuseRowObject: false))
            Console.WriteLine($"{answer.PredictedAnswer}: {answer.Reasoning}");
        // </snippet>
    }
}
