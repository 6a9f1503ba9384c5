using PathVlm.MLNet.Training.Loop;
using PathVlm.MLNet.Training.Sft;
using PathVlm.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace PathVlm.Benchmarks.Padded;

/// <summary>A supervised step in the padded schedule: one micro-batch, the tower run, logits of all positions.</summary>
internal static class PaddedSupervisedStep
{
    /// <summary>Makes the step of rows on the model's present weights.</summary>
    /// <returns>Loss, and gradient norm before clipping.</returns>
    public static (double Loss, double GradientNorm) Run(
        Qwen25VlModel model, IReadOnlyList<SupervisedExample> examples, PathologySftOptions options)
    {
        using DisposeScope scope = NewDisposeScope();
        model.Parameters.Train();
        using PolicyUpdater updater = new(model.Parameters, options.AdamW, options.MaxGradientNorm);
        updater.ZeroGradients();
        PaddedRow[] rows = [.. examples.Select(example => new PaddedRow(
            [.. example.TokenIds.Take(example.AnswerStart)], [.. example.TokenIds.Skip(example.AnswerStart)], example.Pictures[0]))];
        Tensor loss = -PaddedPass.LogProbabilities(model, rows, null, 1).mean();
        loss.backward();
        UpdateOutcome outcome = updater.Apply(options.LearningRate, loss.item<float>());
        model.Parameters.Freeze();
        return (loss.item<float>(), outcome.GradientNorm);
    }
}
