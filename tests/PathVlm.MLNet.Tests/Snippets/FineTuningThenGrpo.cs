// <snippet>
using Microsoft.ML;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Sft;
// </snippet>

namespace PathVlm.MLNet.Tests.Snippets;

internal static class FineTuningThenGrpo
{
    public static void Run()
    {
        // <snippet>
        var ml = new MLContext(seed: 17);
        var pathology = ml.Pathology(); // namespace PathVlm.MLNet
        IDataView rows = pathology.Data.LoadPathMmu("data/pathmmu");
        IDataView staged = pathology.Data.SplitByFractions(rows, sft: 0.6, rl: 0.2, test: 0.2);

        var outcome = pathology.FormatReward().Append(pathology.AccuracyReward());
        var sft = new PathologySftOptions { BaseModel = "data/base", MaxSteps = 4, LearningRate = 1e-3, MaxCompletionLength = 160 };
        var grpo = new GrpoOptions { MaxSteps = 2, LearningRate = 1e-4, MaxCompletionLength = 160 };
        var pipeline = pathology.SupervisedFineTuning(sft).Append(pathology.Grpo(outcome, grpo));
        using var beta = pipeline.Fit(staged); // rows of stage Sft, then rows of stage Rl
        pathology.Save(beta, staged.Schema, "beta.zip");

        ITransformer loaded = pathology.Load("beta.zip", out _);
        IDataView answers = ml.Data.TakeRows(loaded.Transform(staged), 3);
        foreach (var answer in ml.Data.CreateEnumerable<PathologyPrediction>(answers, reuseRowObject: false))
            Console.WriteLine($"{answer.ResponseTokenCount} tokens: {answer.PredictedAnswer}");
        // </snippet>
    }
}
