// <snippet>
using Microsoft.ML;
using Microsoft.ML.Data;
using PathVlm.MLNet.Inference.Answering;
// </snippet>

namespace PathVlm.MLNet.Tests.Snippets;

internal static class FineTuning
{
    public static void Run()
    {
        // <snippet>
        var ml = new MLContext(seed: 17);
        var pathology = ml.Pathology(); // namespace PathVlm.MLNet
        IDataView rows = pathology.Data.LoadPathMmu("data/pathmmu");
        IDataView staged = pathology.Data.SplitByFractions(rows, sft: 0.6, rl: 0.2, test: 0.2);

        var pipeline = pathology.SupervisedFineTuning(baseModel: "data/base", epochs: 2, learningRate: 1e-3);
        using var alpha = pipeline.Fit(staged);
        pathology.Save(alpha, staged.Schema, "alpha.zip");

        ITransformer loaded = pathology.Load("alpha.zip", out _);
        // An engine disposes its transformer unless it is told that it does not own it.
        using var engine = ml.Model.CreatePredictionEngine<PathologyInput, PathologyPrediction>(
            loaded, new PredictionEngineOptions { OwnsTransformer = false });
        using var tile = MLImage.CreateFromFile("tile.png");
        PathologyPrediction answer = engine.Predict(new PathologyInput
        {
            Image = tile,
            Question = "Which finding is shown?",
            Options = ["A) keratin pearl", "B) psammoma body"],
        });
        Console.WriteLine($"{answer.PredictedAnswer}: {answer.Reasoning}");
        // </snippet>
    }
}
