// <snippet>
using Microsoft.ML;
using PathVlm.MLNet.Inference.Answering;
using PathVlm.MLNet.Judging.Rubric;
using PathVlm.MLNet.Training.Grpo.Options;
using PathVlm.MLNet.Training.Sft;
// </snippet>

namespace PathVlm.MLNet.Tests.Snippets;

internal static class WholeRecipe
{
    public static void Run()
    {
        // <snippet>
        var ml = new MLContext(seed: 17);
        var pathology = ml.Pathology(); // namespace PathVlm.MLNet
        IDataView rows = pathology.Data.LoadPathMmu("data/pathmmu");
        IDataView staged = pathology.Data.SplitByFractions(rows, sft: 0.6, rl: 0.2, test: 0.2);

        var outcome = pathology.FormatReward().Append(pathology.AccuracyReward());
        // A model judge: OpenAiJudge.Create(new Uri("https://api.openai.com/v1")).
        var process = pathology.ProcessReward(new RubricJudge());
        var sft = new PathologySftOptions { BaseModel = "data/base", MaxSteps = 4, LearningRate = 1e-3, MaxCompletionLength = 160 };
        var grpo = new GrpoOptions { MaxSteps = 2, LearningRate = 1e-4, MaxCompletionLength = 160 };
        var pipeline = pathology.SupervisedFineTuning(sft)
            .Append(pathology.Grpo(outcome, grpo))
            .Append(pathology.Grpo(outcome.Append(process), grpo));
        using var model = pipeline.Fit(staged);
        pathology.Save(model, staged.Schema, "pathvlm-r1.zip");

        ITransformer loaded = pathology.Load("pathvlm-r1.zip", out _);
        IDataView answers = ml.Data.TakeRows(loaded.Transform(staged), 3);
        foreach (var answer in ml.Data.CreateEnumerable<PathologyPrediction>(answers, reuseRowObject: false))
            Console.WriteLine($"{answer.PredictedAnswer}: {answer.Reasoning}");
        // </snippet>
    }
}
